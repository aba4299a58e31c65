//! The second step: which function pays for what. One walk over the graph of direct calls, without recursion.

use crate::lower::metering::facts::{Facts, Start};

/// The largest cost of a function that its callers pay for, whether they come to call it or not.
const MAX_FREE_COST: u64 = 200;

/// Number of instructions that may run between two looks at the counter, in code without loops.
const MAX_UNSEEN_COST: u64 = 1_000;

/// What a function pays for.
#[derive(Clone, Copy, Default)]
pub struct Role {
    /// The callers pay for all code of the function that is in no loop.
    pub is_rolled: bool,
    /// The function is rolled and has no loop, so nothing is added to it.
    pub is_free: bool,
    /// The function is free, and nothing that it calls touches the counter either.
    pub is_pure: bool,
    /// The function looks at the counter and at the word when it is entered.
    pub is_checked: bool,
}

/// Returns the role of each function. The host may call the functions for which `is_entrance` is true, so they pay for
/// themselves. Adds the costs of rolled functions to the segments that call them.
pub fn plan(functions: &mut [Facts], is_entrance: impl Fn(usize) -> bool) -> Vec<Role> {
    let (order, closes_cycle) = callees_first(functions);
    let mut roles = vec![Role::default(); functions.len()];
    // What a caller pays for a call of each function, and what a call runs without a look.
    let (mut price, mut unseen) = (vec![0_u64; functions.len()], vec![0_u64; functions.len()]);
    for index in order {
        let facts = &mut functions[index];
        // A call by the host costs something, even if the function does nothing.
        facts.segments[0].cost += u64::from(is_entrance(index));
        for call in 0..facts.calls.len() {
            let (callee, segment, innermost) = {
                let call = &facts.calls[call];
                (call.callee, call.segment, call.innermost)
            };
            facts.segments[segment].cost = facts.segments[segment].cost.saturating_add(price[callee]);
            if !roles[callee].is_pure {
                facts.mark_loops(innermost);
            }
        }
        // Merged segments may have got the price of calls.
        for segment in 0..facts.segments.len() {
            if facts.segments[segment].start == Start::Merged {
                facts.move_cost(segment, facts.payer(facts.segments[segment].innermost));
            }
        }
        let costs = |in_loops: bool| {
            let segments = facts.segments.iter().filter(move |segment| in_loops || segment.innermost.is_none());
            segments.fold(0, |sum: u64, segment| sum.saturating_add(segment.cost))
        };
        let (whole, straight) = (costs(true), costs(false));
        let runs = facts.calls.iter().fold(whole, |sum, call| sum.saturating_add(unseen[call.callee]));
        let has_lengths = facts.has_length_32 || facts.has_length_64;
        let pays = closes_cycle[index] || facts.calls_indirectly || has_lengths || is_entrance(index);
        let is_rolled = !pays && straight <= MAX_FREE_COST;
        let is_free = is_rolled && facts.loops.is_empty();
        let is_checked = !is_free && (closes_cycle[index] || facts.calls_indirectly || runs > MAX_UNSEEN_COST);
        let calls_pure = facts.calls.iter().all(|call| roles[call.callee].is_pure);
        let is_pure = is_free && !facts.calls_imports && !facts.throws && calls_pure;
        roles[index] = Role { is_rolled, is_free, is_pure, is_checked };
        price[index] = if is_rolled { straight } else { 0 };
        unseen[index] = if is_checked { 0 } else { runs };
    }
    roles
}

/// Returns an order of the functions in which callees come before their callers, except where calls form a cycle. Also
/// returns the functions that close a cycle: each cycle has at least one.
fn callees_first(functions: &[Facts]) -> (Vec<usize>, Vec<bool>) {
    #[derive(Clone, Copy, PartialEq)]
    enum Visit {
        None,
        Open,
        Done,
    }
    let mut visits = vec![Visit::None; functions.len()];
    let (mut order, mut closes_cycle) = (Vec::with_capacity(functions.len()), vec![false; functions.len()]);
    for root in 0..functions.len() {
        if visits[root] != Visit::None {
            continue;
        }
        visits[root] = Visit::Open;
        let mut stack = vec![(root, 0)];
        while let Some((function, next)) = stack.last_mut() {
            let Some(call) = functions[*function].calls.get(*next) else {
                visits[*function] = Visit::Done;
                order.push(*function);
                stack.pop();
                continue;
            };
            *next += 1;
            match visits[call.callee] {
                Visit::None => {
                    visits[call.callee] = Visit::Open;
                    stack.push((call.callee, 0));
                }
                // The last edge of a cycle leads to a function that is still open.
                Visit::Open => closes_cycle[call.callee] = true,
                Visit::Done => {}
            }
        }
    }
    (order, closes_cycle)
}
