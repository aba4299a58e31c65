"""Programs for tests of rewritten modules: what their export `run` comes to, where that is known to all engines."""

from __future__ import annotations

#: The source of each program, and the outcome of `run`: the result, or the name of the trap code.
PROGRAMS: dict[str, tuple[str, str]] = {
    "a loop": (
        """(module (func (export "run") (result i32) (local i32 i32)
            (local.set 0 (i32.const 1000))
            (loop (local.set 1 (i32.add (local.get 1) (local.get 0)))
              (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
            (local.get 1)))""",
        "500500",
    ),
    "loops in loops with values": (
        """(module (func (export "run") (result i32) (local i32 i32)
            (loop $outer (result i32)
              (local.set 1 (i32.const 0))
              (drop (loop $inner (result i32)
                (br_if $inner (i32.lt_u (local.tee 1 (i32.add (local.get 1) (i32.const 1))) (i32.const 7)))
                (local.get 1)))
              (br_if $outer (i32.lt_u (local.tee 0 (i32.add (local.get 0) (local.get 1))) (i32.const 700)))
              (local.get 0))))""",
        "700",
    ),
    "a loop with parameters": (
        """(module (func (export "run") (result i64) (local i32)
            (local.set 0 (i32.const 10)) (i64.const 1)
            (loop (param i64) (result i64)
              (i64.mul (i64.const 3))
              (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))))""",
        "59049",
    ),
    "a switch": (
        """(module (func $pick (param i32) (result i32)
              (block $d (block $c (block $b (block $a (br_table $a $b $c $d (local.get 0)))
                (return (i32.const 11))) (return (i32.const 22))) (return (i32.const 33))) (i32.const 44))
            (func (export "run") (result i32) (local i32 i32)
              (loop (local.set 1 (i32.add (i32.mul (local.get 1) (i32.const 3)) (call $pick (local.get 0))))
                (br_if 0 (i32.lt_u (local.tee 0 (i32.add (local.get 0) (i32.const 1))) (i32.const 5))))
              (local.get 1)))""",
        str((((11 * 3 + 22) * 3 + 33) * 3 + 44) * 3 + 44),
    ),
    "recursion": (
        """(module (func $fib (param i32) (result i32)
              (if (result i32) (i32.lt_u (local.get 0) (i32.const 2)) (then (local.get 0))
                (else (i32.add (call $fib (i32.sub (local.get 0) (i32.const 1)))
                               (call $fib (i32.sub (local.get 0) (i32.const 2)))))))
            (func (export "run") (result i32) (call $fib (i32.const 15))))""",
        "610",
    ),
    "tail calls": (
        """(module (func $even (param i32) (result i32)
              (if (i32.eqz (local.get 0)) (then (return (i32.const 1))))
              (return_call $odd (i32.sub (local.get 0) (i32.const 1))))
            (func $odd (param i32) (result i32)
              (if (i32.eqz (local.get 0)) (then (return (i32.const 0))))
              (return_call $even (i32.sub (local.get 0) (i32.const 1))))
            (func (export "run") (result i32) (return_call $even (i32.const 100000))))""",
        "1",
    ),
    "exceptions": (
        """(module (tag $e (param i32))
            (func $throw (param i32) (if (i32.rem_u (local.get 0) (i32.const 3)) (then (throw $e (local.get 0)))))
            (func (export "run") (result i32) (local i32 i32)
              (loop $next
                (block $done
                  (local.set 1 (i32.add (local.get 1)
                    (block $caught (result i32)
                      (try_table (catch $e $caught) (call $throw (local.get 0)))
                      (br $done)))))
                (br_if $next (i32.lt_u (local.tee 0 (i32.add (local.get 0) (i32.const 1))) (i32.const 10))))
              (local.get 1)))""",
        str(1 + 2 + 4 + 5 + 7 + 8),
    ),
    "an exception that nothing catches": (
        """(module (tag $e) (global (export "g") (mut i32) (i32.const 0))
            (func $f (global.set 0 (i32.const 1)) (throw $e))
            (func (export "run") (call $f) (global.set 0 (i32.const 2))))""",
        "UNCAUGHT_EXCEPTION",
    ),
    "bulk operations": (
        """(module (memory (export "m") 1) (table (export "t") 10 funcref) (elem $e func $f $f $f) (func $f)
            (data $d "some data")
            (func (export "run") (result i32)
              (memory.init $d (i32.const 5) (i32.const 0) (i32.const 9)) (data.drop $d)
              (memory.copy (i32.const 100) (i32.const 5) (i32.const 9))
              (memory.fill (i32.const 50) (i32.const 7) (i32.const 20))
              (table.init $e (i32.const 2) (i32.const 0) (i32.const 3)) (elem.drop $e)
              (table.copy (i32.const 5) (i32.const 2) (i32.const 3))
              (table.fill (i32.const 0) (ref.func $f) (i32.const 1))
              (i32.load8_u (i32.const 100))))""",
        str(ord("s")),
    ),
    "a bulk operation out of bounds": (
        """(module (memory (export "m") 1) (func (export "run")
            (memory.fill (i32.const 0) (i32.const 1) (i32.const 10))
            (memory.fill (i32.const 65530) (i32.const 1) (i32.const 7))))""",
        "MEMORY_OUT_OF_BOUNDS",
    ),
    "several memories": (
        """(module (memory $a (export "a") 1) (memory $b (export "b") 2 5) (memory $c 1)
            (data (memory $b) (i32.const 9) "\\2a")
            (func (export "run") (result i32)
              (memory.copy $c $b (i32.const 1) (i32.const 9) (i32.const 1))
              (i32.store $a (i32.const 4) (memory.grow $b (i32.const 2)))
              (i32.store8 $b (i32.const 200000) (i32.const 1))
              (i32.add (i32.load8_u $c (i32.const 1)) (i32.load $a (i32.const 4)))))""",
        "44",
    ),
    "growth": (
        """(module (memory (export "m") 1 4) (table (export "t") 1 5 funcref)
            (func (export "run") (result i32) (local i32)
              (loop (local.set 0 (i32.add (i32.mul (local.get 0) (i32.const 10)) (memory.grow (i32.const 1))))
                ;; A growth that fails ends the loop too, with another result.
                (br_if 0 (i32.and (i32.lt_u (memory.size) (i32.const 4)) (i32.lt_u (local.get 0) (i32.const 9999)))))
              (drop (table.grow (ref.null func) (i32.const 9)))
              (drop (table.grow (ref.null func) (i32.const 2)))
              (i32.add (i32.mul (local.get 0) (i32.const 100))
                (i32.add (memory.grow (i32.const 1)) (table.size)))))""",
        str(12300 - 1 + 3),
    ),
    "a start function": (
        """(module (global (export "g") (mut i32) (i32.const 1)) (memory (export "m") 1)
            (func $start (global.set 0 (i32.const 40)) (i32.store (i32.const 0) (i32.const 9)))
            (func (export "run") (result i32) (global.set 0 (i32.add (global.get 0) (i32.const 2))) (global.get 0))
            (start $start))""",
        "42",
    ),
    "globals": (
        """(module (import "env" "a" (global $a i32)) (import "env" "b" (global $b (mut i64)))
            (global $c (export "c") (mut i32) (i32.const 5)) (global $d (export "d") f64 (f64.const 1.5))
            (global $e (export "e") i32 (global.get $a)) (export "again" (global $b))
            (memory (export "m") 1) (data (offset (global.get $a)) "x")
            (func (export "run") (result i64)
              (global.set $b (i64.add (global.get $b) (i64.const 3)))
              (global.set $c (i32.add (global.get $c) (global.get $e)))
              (i64.add (global.get $b) (i64.extend_i32_u (global.get $c)))))""",
        "8",
    ),
    "imported functions": (
        """(module (import "env" "f" (func $f (param i32) (result i32))) (import "env" "h" (func $h))
            (table (export "t") 2 funcref) (elem (i32.const 0) $f $own) (type $t (func (param i32) (result i32)))
            (func $own (type $t) (call $h) (i32.add (local.get 0) (i32.const 1)))
            (func (export "run") (result i32)
              (i32.add (call_indirect (type $t) (i32.const 5) (i32.const 0))
                       (call_indirect (type $t) (i32.const 6) (i32.const 1)))))""",
        "7",
    ),
    "code after jumps": (
        """(module (func (export "run") (result i32) (local i32)
            (block $out (loop $in
              (br_if $out (i32.gt_u (local.get 0) (i32.const 20)))
              (local.set 0 (i32.add (local.get 0) (i32.const 3)))
              (if (i32.and (local.get 0) (i32.const 1)) (then (br $in) (unreachable)) (else (nop)))
              (local.set 0 (i32.add (local.get 0) (i32.const 1)))
              (br $in) (unreachable)))
            (return (local.get 0)) (i32.const 7) (drop)))""",
        "23",
    ),
    "a division by zero in a loop": (
        """(module (global (export "g") (mut i32) (i32.const 5))
            (func $f (param i32) (result i32) (i32.div_u (i32.const 100) (local.get 0)))
            (func (export "run") (global.set 0 (i32.const 5))
              (loop (global.set 0 (i32.sub (global.get 0) (i32.const 1))) (drop (call $f (global.get 0))) (br 0))))""",
        "INTEGER_DIVISION_BY_ZERO",
    ),
    "an access out of bounds in a callee": (
        """(module (memory (export "m") 1) (func $f (param i32) (i32.store (local.get 0) (local.get 0)))
            (func $g (param i32) nop (call $f (local.get 0)) nop)
            (func (export "run") (local i32)
              (loop (call $g (local.get 0)) (local.set 0 (i32.add (local.get 0) (i32.const 1024))) (br 0))))""",
        "MEMORY_OUT_OF_BOUNDS",
    ),
    "an unreachable after a loop": (
        """(module (func $f (loop) unreachable) (func $a) (func (export "run") (call $a) (call $f)))""",
        "UNREACHABLE",
    ),
    "a null element": (
        """(module (type $t (func)) (table 3 funcref) (func (export "run") (loop (call_indirect (type $t)
            (i32.const 2)) (br 0))))""",
        "INDIRECT_CALL_TO_NULL",
    ),
}
