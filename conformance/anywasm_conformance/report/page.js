// Opens the collapsed section that the address of the page points to, and moves the focus there. Without scripts, the
// reader opens the sections by hand.
function openTarget() {
  const part = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!part) return;
  for (let each = part; each; each = each.parentElement) if (each.tagName === "DETAILS") each.open = true;
  part.scrollIntoView();
  (part.querySelector("summary") || part).focus();
}
addEventListener("hashchange", openTarget);
document.addEventListener("click", event => {
  const link = event.target.closest('a[href^="#"]');
  if (link && link.getAttribute("href") === location.hash) openTarget();
});
// Runs after the browser has scrolled to the fragment, which would take the focus away.
addEventListener("load", () => setTimeout(openTarget));
