//! One lock for each employee.

use std::{cell::RefCell, collections::HashMap, rc::Rc};

use futures_util::lock::Mutex;
use shared::staff::employee::EmployeeId;

/// The locks that are held or waited for.
#[derive(Default)]
pub struct EmployeeLocks(RefCell<HashMap<EmployeeId, Rc<Mutex<()>>>>);

impl EmployeeLocks {
    /// The lock of `employee`.
    pub fn of(&self, employee: &EmployeeId) -> Rc<Mutex<()>> {
        let mut locks = self.0.borrow_mut();
        // Only this map refers to the others: they are neither held nor waited for.
        locks.retain(|_, lock| Rc::strong_count(lock) > 1);
        locks.entry(employee.clone()).or_default().clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_employee_has_one_lock_for_as_long_as_it_is_held() {
        let employee = |id: &str| EmployeeId::try_from(id.to_owned()).unwrap();
        let locks = EmployeeLocks::default();
        let held = locks.of(&employee("anna"));
        let _guard = held.try_lock().unwrap();
        assert!(locks.of(&employee("anna")).try_lock().is_none());
        assert!(locks.of(&employee("bram")).try_lock().is_some());
        assert_eq!(locks.0.borrow().len(), 2);
        locks.of(&employee("carla"));
        assert_eq!(locks.0.borrow().len(), 2, "the lock of bram is gone");
    }
}
