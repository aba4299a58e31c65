//! Corrections to the frames of a trap, which are the functions on the call stack at the time of the trap: names that
//! the engine does not report, and code offsets that the engine reports imprecisely.

use crate::base::error::Error;
use crate::base::trap::TrapCode;
use crate::store::Entered;
use crate::wasm::module_info::ModuleInfo;

/// What precedes the frames, and the cause, in the message of an engine that puts frames into it.
const MESSAGE_FRAMES: &str = "wasm backtrace:";
const MESSAGE_CAUSE: &str = "Caused by:\n    ";

impl Entered<'_> {
    /// Fills in missing names of frames. A frame does not identify its instance, so this function searches the store's
    /// modules by function index and code offset. Also finds out whether the module has debug information. If several modules match and their names differ, the frame stays
    /// without a name. A module and its copy without a start section
    /// ([`deferred`](crate::engine::module::Module::deferred)) have the same names, so they cause no doubt.
    pub(super) fn complete_frames(&self, mut error: Error) -> Error {
        self.restore_offsets(&mut error);
        self.correct_early_trap(&mut error);
        let modules = self.state.modules.borrow();
        for frame in &mut error.frames {
            let mut matching = modules.iter().filter(|info| info.may_contain(frame.func_index, frame.module_offset));
            frame.has_debug_info = matching.clone().any(|info| info.has_debug_info());
            if frame.func_name.is_some() {
                continue;
            }
            let Some(info) = matching.next() else { continue };
            let names = |info: &ModuleInfo| (info.func_names.get(&frame.func_index).cloned(), info.name.clone());
            let (func_name, module_name) = names(info);
            if matching.all(|other| names(other) == (func_name.clone(), module_name.clone())) {
                frame.func_name = func_name;
                frame.module_name = frame.module_name.take().or(module_name);
            }
        }
        error
    }

    /// Translates the code offsets of frames in rewritten modules to those of the original modules.
    fn restore_offsets(&self, error: &mut Error) {
        let modules = self.state.modules.borrow();
        if modules.iter().all(|info| info.offsets.is_empty()) {
            return;
        }
        for frame in &mut error.frames {
            let original = |info: &ModuleInfo| info.offsets.original(frame.module_offset);
            let Some(info) = modules.iter().find(|info| info.may_contain(frame.func_index, original(info))) else {
                continue;
            };
            // The offset in the function counts from the start of the function, which has moved, too.
            let start = info.offsets.original(frame.module_offset - frame.func_offset);
            frame.module_offset = original(info);
            frame.func_offset = frame.module_offset - start;
        }
        // Some engines put the frames into the message, too. The host writes them anew from the translated ones.
        if error.message.contains(MESSAGE_FRAMES)
            && let Some((_, cause)) = error.message.rsplit_once(MESSAGE_CAUSE)
        {
            error.message = cause.trim_end().to_owned();
        }
    }

    /// Corrects the code offset of a trap in the first operator of an interruptible function.
    ///
    /// An interruptible function checks the deadline before its first operator. Because of this check, wasmtime 48
    /// reports a trap in the first operator at the beginning of the function's body, which is too early. Only an
    /// exhausted stack or the deadline check can really trap at the beginning of the body. Every other trap with the
    /// offset of the beginning comes from the first operator, and gets the offset of the first operator.
    fn correct_early_trap(&self, error: &mut Error) {
        let Some(frame) = error.frames.first_mut().filter(|_| error.code > TrapCode::StackOverflow as i32) else {
            return;
        };
        let modules = self.state.modules.borrow();
        let early_trap = modules.iter().find_map(|info| info.early_trap(frame.func_index, frame.module_offset));
        if let Some(offset) = early_trap.filter(|_| error.code != TrapCode::Interrupt as i32) {
            let format_offset = |offset: usize| format!("{offset:#8x} - ");
            error.message = error.message.replacen(&format_offset(frame.module_offset), &format_offset(offset), 1);
            frame.func_offset += offset - frame.module_offset;
            frame.module_offset = offset;
        }
    }
}
