(module (func (export "forever") (loop (br 0))) (func (export "one") (result i32) (i32.const 1)))
(assert_return (invoke "one") (i32.const 1))
(assert_return (invoke "forever"))
(assert_return (invoke "one") (i32.const 1))
