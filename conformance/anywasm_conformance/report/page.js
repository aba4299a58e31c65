// A link to a closed part opens it; without scripts the parts open by hand.
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
// After the browser has gone to the fragment itself, which takes the focus away.
addEventListener("load", () => setTimeout(openTarget));
