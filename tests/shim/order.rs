//! Order of deletion: objects may be deleted in any order, and the remaining objects keep working.

use crate::support::{call, compile, engine, export, instantiate, no_error, ok, store};
use anywasm::abi::engine::aw_engine_delete;
use anywasm::abi::externs::aw_extern_delete;
use anywasm::abi::instance::aw_instance_delete;
use anywasm::abi::memory::aw_memory_size;
use anywasm::abi::module::aw_module_delete;
use anywasm::abi::store::aw_store_delete;
use anywasm::abi::wasi::{aw_wasi_delete, aw_wasi_func, aw_wasi_new, aw_wasi_root_delete, aw_wasi_root_new};

/// Calls `work` with each order of the numbers below `count`.
fn each_order(count: usize, work: &mut impl FnMut(&[usize])) {
    fn extend(order: &mut Vec<usize>, count: usize, work: &mut impl FnMut(&[usize])) {
        if order.len() == count {
            return work(order);
        }
        for number in 0..count {
            if !order.contains(&number) {
                order.push(number);
                extend(order, count, work);
                order.pop();
            }
        }
    }
    extend(&mut Vec::new(), count, work);
}

#[test]
fn a_store_and_its_objects_are_deleted_in_any_order() {
    let mut orders = 0;
    each_order(6, &mut |order| {
        orders += 1;
        let made = engine();
        let text = r#"(module (func (export "f") (param i32) (result i32) (local.get 0)) (memory (export "m") 1))"#;
        let mut module = Some(compile(&made, text));
        let mut store = Some(store(&made));
        let mut engine = Some(made);
        let mut instance = Some(ok(instantiate(store.as_ref().unwrap(), module.as_ref().unwrap(), &[])));
        let mut func = Some(export(instance.as_ref().unwrap(), 0));
        let mut memory = Some(export(instance.as_ref().unwrap(), 1));
        for object in order {
            match object {
                0 => aw_engine_delete(engine.take()),
                1 => aw_store_delete(store.take()),
                2 => aw_module_delete(module.take()),
                3 => aw_instance_delete(instance.take()),
                4 => aw_extern_delete(func.take()),
                _ => aw_extern_delete(memory.take()),
            }
            func.iter().for_each(|func| assert_eq!(call(func, 5), Some(5)));
            memory.iter().for_each(|memory| assert_eq!(aw_memory_size(Some(memory)), 1 << 16));
            instance.iter().for_each(|instance| assert_eq!(call(&export(instance, 0), 6), Some(6)));
        }
        no_error();
    });
    assert_eq!(orders, 720);
}

#[test]
fn a_wasi_context_and_its_objects_are_deleted_in_any_order() {
    each_order(4, &mut |order| {
        let mut store = Some(store(&engine()));
        let mut wasi = Some(ok(aw_wasi_new()));
        let mut root = Some(ok(aw_wasi_root_new(wasi.as_deref())));
        let mut func = Some(ok(aw_wasi_func(store.as_deref(), wasi.as_deref(), 1, 0)));
        for object in order {
            match object {
                0 => aw_store_delete(store.take()),
                1 => aw_wasi_delete(wasi.take()),
                2 => aw_wasi_root_delete(root.take()),
                _ => aw_extern_delete(func.take()),
            }
        }
        no_error();
    });
}
