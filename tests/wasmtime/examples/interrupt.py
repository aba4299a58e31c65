# needs: epoch
"""An endless guest, interrupted from another thread."""

import threading
import time

from wasmtime import Config, Engine, Instance, Module, Store, Trap, TrapCode

config = Config()
config.epoch_interruption = True
engine = Engine(config)
store = Store(engine)
store.set_epoch_deadline(1)
run = Instance(store, Module(engine, '(module (func (export "run") (loop (br 0))))'), []).exports(store)["run"]


def interrupt() -> None:
    time.sleep(0.2)
    engine.increment_epoch()


thread = threading.Thread(target=interrupt)
thread.start()
code = None
try:
    run(store)
except Trap as trap:
    code = trap.trap_code
thread.join()
assert code is TrapCode.INTERRUPT
