//! The third step: the code of a function with charges in it.
//!
//! A charge that finds no fuel ends the guest with `unreachable`. It never calls a function, because the compiler would
//! then keep every value that lives across the call in memory.

use crate::lower::growth::Guards;
use crate::lower::metering::facts::{Facts, Start, resumes};
use crate::lower::metering::operators::{self, Length};
use crate::lower::metering::plan::Role;
use crate::lower::metering::{Indices, Metering};
use crate::lower::spaces::Spaces;
use crate::wasm::hidden::WORD_COPIES;
use wasm_encoder::{BlockType, Function, MemArg, ValType};
use wasmparser::{BinaryReaderError, FunctionBody, Operator};

/// What a loop that calls may owe before it pays, and looks at the counter and the word.
const MAX_BILL: i32 = 4096;

/// No segment is charged more, so that no sum leaves its range.
const MAX_CHARGE: u64 = 1 << 20;

/// Where code came from: pairs of an offset in the new body, and the offset in the original module.
pub type Places = Vec<(usize, usize)>;

/// What the code of all functions has in common.
pub struct Context<'a> {
    pub wasm: &'a [u8],
    pub metering: Metering,
    pub spaces: &'a Spaces,
    pub indices: Indices,
    /// The roles of all functions, by their position in the code section.
    pub roles: &'a [Role],
    pub guards: Option<&'a Guards>,
}

/// Local variables that are added to a function.
struct Locals {
    /// Where the counter is in a loop that calls nothing, and for a moment elsewhere.
    counter: u32,
    /// The length of a bulk instruction.
    length_32: u32,
    length_64: u32,
    /// What the loops that call have used and not paid for: 0 or less. `None` if the function has no such loop.
    bill: Option<u32>,
}

struct Label {
    /// The segment around the block.
    segment: usize,
    is_loop: bool,
    /// Number of values that a branch to the label carries.
    arity: u32,
}

struct Writer<'a> {
    context: &'a Context<'a>,
    facts: &'a Facts,
    role: Role,
    /// Whether anything is added to the function.
    is_active: bool,
    locals: Locals,
    out: Function,
    places: Places,
    /// The offset up to which the original module has been copied.
    copied: usize,
    labels: Vec<Label>,
    segment: usize,
    last_segment: usize,
    /// Number of loops that have begun.
    loops: usize,
    /// Number of looks at the word.
    looks: u32,
    is_dead: bool,
    /// The position in `labels` of the loop in which the counter is in the local variable.
    local_loop: Option<usize>,
}

/// Returns the metered body of the function at `position` in the code section, and where its code came from.
pub fn write(
    context: &Context<'_>,
    position: usize,
    facts: &Facts,
    body: &FunctionBody<'_>,
) -> Result<(Vec<u8>, Places), BinaryReaderError> {
    let role = context.roles[position];
    let arity = context.spaces.arity(position);
    let fuel = context.metering.fuel;
    let is_active = !role.is_free;
    let (mut locals, mut count) = (Vec::new(), arity.params);
    for local in body.get_locals_reader()? {
        let (number, _) = local?;
        count += number;
    }
    let mut add = |is_wanted: bool, ty: ValType| {
        if is_wanted && is_active && fuel {
            locals.push((1, ty));
            count += 1;
        }
        count.wrapping_sub(1)
    };
    let has_lengths = facts.has_length_32 || facts.has_length_64;
    let counter = add(role.is_checked || !facts.loops.is_empty() || has_lengths, ValType::I64);
    let (length_32, length_64) = (add(facts.has_length_32, ValType::I32), add(facts.has_length_64, ValType::I64));
    let has_bill = fuel && is_active && facts.loops.iter().any(|each| each.calls);
    let bill = has_bill.then(|| add(true, ValType::I32));
    let mut operators = body.get_operators_reader()?;
    let start = operators.original_position();
    let mut writer = Writer {
        context,
        facts,
        role,
        is_active,
        locals: Locals { counter, length_32, length_64, bill },
        out: Function::new([]),
        places: Vec::new(),
        copied: start,
        labels: vec![Label { segment: 0, is_loop: false, arity: arity.results }],
        segment: 0,
        last_segment: 0,
        loops: 0,
        looks: 0,
        is_dead: false,
        local_loop: None,
    };
    writer.enter();
    while !operators.eof() {
        let (operator, offset) = operators.read_with_offset()?;
        writer.instruction(&operator, offset, operators.original_position())?;
    }
    writer.copy_to(body.range().end);
    Ok(writer.finish(context.wasm, body, &locals, start))
}

impl Writer<'_> {
    fn metering(&self) -> Metering {
        self.context.metering
    }

    /// Copies the original code up to `offset`.
    fn copy_to(&mut self, offset: usize) {
        if offset > self.copied {
            self.places.push((self.out.byte_len(), self.copied));
            self.out.raw(self.context.wasm[self.copied..offset].iter().copied());
            self.copied = offset;
        }
    }

    /// Leaves out the original code up to `offset`.
    fn skip_to(&mut self, offset: usize) {
        self.copied = offset;
    }

    /// Writes what runs when the function is entered.
    fn enter(&mut self) {
        if self.is_active {
            let cost = if self.role.is_rolled { 0 } else { self.facts.segments[0].cost };
            self.charge(cost, self.role.is_checked);
        }
    }

    /// Writes the instruction that lies from `offset` to `end` in the original module.
    fn instruction(&mut self, operator: &Operator<'_>, offset: usize, end: usize) -> Result<(), BinaryReaderError> {
        let length = operators::length(operator, self.context.spaces);
        let length = length.filter(|_| self.metering().fuel && self.is_active && !self.is_dead);
        let mut is_replaced = false;
        if self.is_active && !self.is_dead {
            is_replaced = self.before(operator, offset)?;
            if let Some(Length { is_64, .. }) = length {
                self.copy_to(offset);
                let local = if is_64 { self.locals.length_64 } else { self.locals.length_32 };
                self.out.instructions().local_tee(local);
            }
        }
        if is_replaced {
            self.skip_to(end);
        } else {
            self.original(operator, offset, end);
        }
        if let Some(length) = length {
            self.copy_to(end);
            self.charge_length(length);
        }
        if let Some(block) = operators::opened_block(operator) {
            self.open_block(matches!(operator, Operator::Loop { .. }), block, end);
        } else if operators::ends_part(operator) {
            self.end_part(operators::ends_block(operator), end);
        }
        self.is_dead |= operators::leaves(operator);
        Ok(())
    }

    /// Writes the original instruction. Indices of globals move, and growths go through their guards.
    fn original(&mut self, operator: &Operator<'_>, offset: usize, end: usize) {
        let replacement = match operator {
            Operator::GlobalGet { global_index } if self.context.indices.moves_global(*global_index) => {
                self.copy_to(offset);
                self.places.push((self.out.byte_len(), offset));
                self.out.instructions().global_get(self.context.indices.global(*global_index));
                true
            }
            Operator::GlobalSet { global_index } if self.context.indices.moves_global(*global_index) => {
                self.copy_to(offset);
                self.places.push((self.out.byte_len(), offset));
                self.out.instructions().global_set(self.context.indices.global(*global_index));
                true
            }
            _ => match self.context.guards.and_then(|guards| guards.replacement(operator)) {
                Some(call) => {
                    self.copy_to(offset);
                    self.places.push((self.out.byte_len(), offset));
                    self.out.raw(call);
                    true
                }
                None => false,
            },
        };
        if replacement {
            self.skip_to(end);
        }
    }

    /// Writes what must happen before an instruction: where the counter must be in the global, and where the function
    /// ends or may end with something on the bill. Returns whether the instruction itself was written too.
    fn before(&mut self, operator: &Operator<'_>, offset: usize) -> Result<bool, BinaryReaderError> {
        let top = self.labels.len() - 1;
        let is_loop = matches!(operator, Operator::Loop { .. });
        if is_loop && self.local_loop.is_none() && !self.facts.loops[self.loops].calls {
            if self.metering().fuel {
                self.copy_to(offset);
                let (fuel, counter) = (self.context.indices.fuel, self.locals.counter);
                self.out.instructions().global_get(fuel).local_set(counter);
            }
            self.local_loop = Some(top + 1);
        }
        let call = operators::call(operator);
        let is_tail_call = call.is_some_and(|call| !call.returns);
        let throws = operators::throws(operator);
        let is_return = matches!(operator, Operator::Return);
        let mut needs_store = call.is_some_and(|call| !self.is_pure(call.callee))
            || is_tail_call
            || throws
            || is_return
            || matches!(operator, Operator::Unreachable);
        let mut ends = is_tail_call || is_return || top == 0 && matches!(operator, Operator::End);
        let mut may_end = throws;
        operators::branch_targets(operator, |depth| {
            let target = top - depth as usize;
            needs_store |= self.local_loop.is_some_and(|position| target < position);
            if target == 0 {
                match operator {
                    Operator::Br { .. } => ends = true,
                    _ => may_end = true,
                }
            }
        })?;
        let pays = (ends || may_end) && self.locals.bill.is_some() && self.loops > 0;
        let stores = needs_store && self.local_loop.is_some() && self.metering().fuel;
        if !pays && !stores {
            return Ok(false);
        }
        self.copy_to(offset);
        if let Operator::BrIf { relative_depth } = operator
            && self.labels[top - *relative_depth as usize].arity == 0
        {
            // Only the way out pays, not each turn that stays in the loop.
            self.places.push((self.out.byte_len(), offset));
            self.out.instructions().if_(BlockType::Empty);
            if pays {
                self.settle(false);
            }
            self.store_counter();
            self.out.instructions().br(relative_depth + 1).end();
            return Ok(true);
        }
        if pays {
            self.settle(may_end);
        }
        if needs_store {
            self.store_counter();
        }
        // Code that pays and may stay must look too: a loop that pays at each turn would never owe enough for a look.
        if pays && may_end && self.local_loop.is_none() {
            self.charge(0, true);
        }
        Ok(false)
    }

    fn open_block(&mut self, is_loop: bool, block: wasmparser::BlockType, end: usize) {
        let arity = match block {
            wasmparser::BlockType::Empty => 0,
            wasmparser::BlockType::Type(_) => u32::from(!is_loop),
            wasmparser::BlockType::FuncType(ty) => {
                let arity = self.context.spaces.types[ty as usize];
                if is_loop { arity.params } else { arity.results }
            }
        };
        self.labels.push(Label { segment: self.segment, is_loop, arity });
        if is_loop {
            self.last_segment += 1;
            self.loops += 1;
            self.segment = self.last_segment;
            if self.is_active && !self.is_dead {
                self.copy_to(end);
                self.charge_in_loop(self.facts.segments[self.segment].cost, true);
            }
        }
    }

    fn end_part(&mut self, ends_block: bool, end: usize) {
        let top = self.labels.len() - 1;
        let Label { segment: around, is_loop, .. } = self.labels[top];
        let resumes = resumes(is_loop, self.is_dead, self.segment, around);
        if ends_block {
            self.labels.pop();
        }
        if self.labels.is_empty() {
            return;
        }
        if self.local_loop == Some(top) {
            if !self.is_dead {
                self.copy_to(end);
                self.store_counter();
            }
            self.local_loop = None;
        }
        self.is_dead &= is_loop;
        self.segment = around;
        if resumes {
            self.last_segment += 1;
            self.segment = self.last_segment;
            self.resume(end);
        }
    }

    /// Writes what runs where code goes on behind a jump.
    fn resume(&mut self, end: usize) {
        let segment = &self.facts.segments[self.segment];
        let callers_pay = self.role.is_rolled && segment.innermost.is_none();
        if !self.is_active || segment.start != Start::Resume || segment.cost == 0 || callers_pay {
            return;
        }
        self.copy_to(end);
        if segment.innermost.is_some() {
            self.charge_in_loop(segment.cost, false);
        } else {
            self.charge(segment.cost, false);
        }
    }

    /// Writes the counter from the local variable to the global, if it is in the local variable.
    fn store_counter(&mut self) {
        if self.metering().fuel && self.local_loop.is_some() {
            let (fuel, counter) = (self.context.indices.fuel, self.locals.counter);
            self.out.instructions().local_get(counter).global_set(fuel);
        }
    }

    /// Writes the end of the guest, if the i32 on the stack is not 0.
    fn trap_if(&mut self) {
        self.out.instructions().if_(BlockType::Empty);
        self.store_counter();
        self.out.instructions().unreachable().end();
    }

    fn look_at_word(&mut self) {
        if self.metering().deadline {
            // A compiler may take the value of an earlier load of the same address if no code of the guest has written
            // memory since, so that a loop in a loop would never see another value. Each look of a function therefore has
            // a copy of the word of its own.
            let copy = self.looks.min(WORD_COPIES - 1);
            let is_shared = self.looks >= WORD_COPIES - 1;
            self.looks += 1;
            let offset = u64::from(copy) * 4;
            let place = MemArg { offset, align: 2, memory_index: self.context.indices.word };
            let has_atomics = self.metering().has_atomics;
            let mut code = self.out.instructions();
            code.i32_const(0);
            if is_shared && has_atomics {
                code.i32_atomic_load(place);
            } else {
                code.i32_load(place);
            }
            self.trap_if();
        }
    }

    /// Pushes the counter, which is in a local inside a loop that keeps it there, and else in the global.
    fn get_counter(&mut self) {
        if self.local_loop.is_some() {
            self.out.instructions().local_get(self.locals.counter);
        } else {
            self.out.instructions().global_get(self.context.indices.fuel);
        }
    }

    /// Takes `cost` off the counter, wherever it is. Looks at the counter and at the word if `looks`.
    fn charge(&mut self, cost: u64, looks: bool) {
        if self.metering().fuel && (cost > 0 || looks) {
            let (fuel, counter) = (self.context.indices.fuel, self.locals.counter);
            let is_local = self.local_loop.is_some();
            self.get_counter();
            let mut code = self.out.instructions();
            code.i64_const(cost.min(MAX_CHARGE) as i64).i64_sub();
            match (is_local, looks) {
                (true, true) => code.local_tee(counter),
                (true, false) => code.local_set(counter),
                (false, true) => code.local_tee(counter).global_set(fuel).local_get(counter),
                (false, false) => code.global_set(fuel),
            };
            if looks {
                code.i64_const(0).i64_lt_s();
                self.trap_if();
            }
        }
        if looks {
            self.look_at_word();
        }
    }

    /// Charges in a loop. A loop that calls puts `cost` on its bill. Its head pays the bill when it is long, and only
    /// then looks at the counter and at the word.
    fn charge_in_loop(&mut self, cost: u64, is_head: bool) {
        let (Some(bill), None) = (self.locals.bill, self.local_loop) else { return self.charge(cost, is_head) };
        let (fuel, counter) = (self.context.indices.fuel, self.locals.counter);
        let mut code = self.out.instructions();
        code.local_get(bill).i32_const(cost.min(MAX_CHARGE) as i32).i32_sub();
        if !is_head {
            code.local_set(bill);
            return;
        }
        code.local_tee(bill).i32_const(-MAX_BILL).i32_lt_s().if_(BlockType::Empty);
        code.global_get(fuel).local_get(bill).i64_extend_i32_s().i64_add().local_tee(counter).global_set(fuel);
        code.i32_const(0).local_set(bill);
        code.local_get(counter).i64_const(0).i64_lt_s();
        self.trap_if();
        self.look_at_word();
        self.out.instructions().end();
    }

    /// Pays the bill where the function ends or may end.
    fn settle(&mut self, may_go_on: bool) {
        let Some(bill) = self.locals.bill else { return };
        let (fuel, counter) = (self.context.indices.fuel, self.locals.counter);
        let is_local = self.local_loop.is_some();
        self.get_counter();
        let mut code = self.out.instructions();
        code.local_get(bill).i64_extend_i32_s().i64_add();
        if is_local {
            code.local_set(counter);
        } else {
            code.global_set(fuel);
        }
        if may_go_on {
            code.i32_const(0).local_set(bill);
        }
    }

    /// Charges for a bulk instruction by its length. The instruction is done first, because a length out of bounds must
    /// trap as such and must not use up the fuel.
    fn charge_length(&mut self, length: Length) {
        let (fuel, counter) = (self.context.indices.fuel, self.locals.counter);
        let (length_32, length_64) = (self.locals.length_32, self.locals.length_64);
        let is_local = self.local_loop.is_some();
        self.get_counter();
        let mut code = self.out.instructions();
        if length.is_64 {
            code.local_get(length_64);
        } else {
            code.local_get(length_32).i64_extend_i32_u();
        }
        if length.in_bytes {
            code.i64_const(3).i64_shr_u();
        }
        code.i64_sub().local_tee(counter);
        if !is_local {
            code.global_set(fuel).local_get(counter);
        }
        code.i64_const(0).i64_lt_s();
        self.trap_if();
        self.look_at_word();
    }

    /// Returns whether a call of this function leaves the counter alone.
    fn is_pure(&self, callee: Option<u32>) -> bool {
        let own = callee.and_then(|callee| callee.checked_sub(self.context.spaces.imported_funcs));
        own.is_some_and(|callee| self.context.roles[callee as usize].is_pure)
    }

    /// Returns the body with its local variables.
    fn finish(self, wasm: &[u8], body: &FunctionBody<'_>, added: &[(u32, ValType)], start: usize) -> (Vec<u8>, Places) {
        let mut locals = Vec::new();
        let range = body.range();
        let old = &wasm[range.start..start];
        if added.is_empty() {
            locals.extend_from_slice(old);
        } else {
            crate::lower::sections::append(&mut locals, old, added.len(), &encoded(added));
        }
        let shift = locals.len();
        // The empty list of local variables of `out` takes one byte.
        let code = self.out.into_raw_body().split_off(1);
        let mut places = vec![(0, range.start)];
        places.extend(self.places.iter().map(|(new, original)| (new - 1 + shift, *original)));
        locals.extend_from_slice(&code);
        (locals, places)
    }
}

fn encoded(locals: &[(u32, ValType)]) -> Vec<u8> {
    use wasm_encoder::Encode;
    let mut out = Vec::new();
    for (count, ty) in locals {
        count.encode(&mut out);
        ty.encode(&mut out);
    }
    out
}
