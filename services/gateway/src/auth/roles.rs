//! Which role may do what at the edge, as a table.
//!
//! Playbooks name roles of their own; one that is not in [`TABLE`] works on its own cases like a `handler`, unless
//! `[gateway.roles]` says what it counts as. The edge decides what a role may *ask for*; whether this person holds this
//! visit now, is barred, or may decide on that amount is decided by the service that takes the command.

use contracts::RoleKey;

/// What can be asked of the gateway.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Act {
    /// Put a complaint on record; upload its files.
    Register,
    /// Read cases, their clocks, their timeline and their files.
    ReadCase,
    /// Say something about a case: facts, files.
    AddToCase,
    /// Do the work of a stage.
    DoWork,
    /// See how long the queues are.
    ReadBoard,
    /// Have an inbox of what is to be decided; who decides on what the playbook says.
    Decide,
    /// See work lists, take work and give it back.
    TakeWork,
    /// Give work to somebody else; pause clocks; move a visit to another department.
    DirectWork,
    /// Forget a complainant.
    Erase,
    /// Read playbooks, calendars and the directory.
    ReadSettings,
    /// Change playbooks, calendars and the directory.
    ChangeSettings,
    /// Say when somebody is away.
    PutAbsence,
    /// Read the ledger and its figures.
    ReadFigures,
    /// See how the system is, and its parked messages.
    ReadSystem,
    /// Replay or drop parked messages.
    SettleParked,
    /// Make accounts and API keys.
    ManageAccess,
}

/// Whose cases.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reach {
    /// Those of their department and those they hold.
    Own,
    /// All of the organisation.
    All,
}

/// When contact data are shown unmasked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Contact {
    /// Never.
    Never,
    /// On cases of which they hold a piece of work.
    WhenHolding,
    /// On every case in their reach.
    InReach,
}

/// What one role may do.
#[derive(Debug, Clone, Copy)]
pub struct Grant {
    /// The role.
    pub role: &'static str,
    /// Whose cases.
    pub reach: Reach,
    /// Contact data.
    pub contact: Contact,
    /// Which acts, in lists that roles share.
    acts: &'static [&'static [Act]],
}

impl Grant {
    /// Which acts.
    pub fn acts(&self) -> impl Iterator<Item = Act> {
        self.acts.iter().copied().flatten().copied()
    }
}

use Act::{
    AddToCase, ChangeSettings, Decide, DirectWork, DoWork, Erase, ManageAccess, PutAbsence, ReadBoard,
    ReadCase, ReadFigures, ReadSettings, ReadSystem, Register, SettleParked, TakeWork,
};

/// Every act.
pub const ACTS: &[Act] = &[
    Register,
    ReadCase,
    AddToCase,
    DoWork,
    ReadBoard,
    Decide,
    TakeWork,
    DirectWork,
    Erase,
    ReadSettings,
    ChangeSettings,
    PutAbsence,
    ReadFigures,
    ReadSystem,
    SettleParked,
    ManageAccess,
];

const FRONT: &[Act] =
    &[Register, ReadCase, AddToCase, DoWork, ReadBoard, TakeWork, ReadSettings, ReadFigures];
const WORKER: &[Act] = &[ReadCase, AddToCase, DoWork, TakeWork, ReadSettings];
const DECIDER: &[Act] = &[ReadCase, AddToCase, DoWork, Decide, TakeWork, ReadSettings];
const LEADER: &[Act] = &[
    Register,
    ReadCase,
    AddToCase,
    DoWork,
    ReadBoard,
    Decide,
    TakeWork,
    DirectWork,
    ReadSettings,
    PutAbsence,
    ReadFigures,
];
/// What a manager may do besides what a leader may.
const BESIDES_LEADING: &[Act] = &[ReadSystem, SettleParked, Erase];
const AUDITOR: &[Act] = &[ReadCase, ReadSettings, ReadFigures, ReadSystem];

const fn grant(role: &'static str, reach: Reach, contact: Contact, acts: &'static [&'static [Act]]) -> Grant {
    Grant { role, reach, contact, acts }
}

/// The roles that the edge knows.
pub const TABLE: &[Grant] = &[
    grant("agent", Reach::All, Contact::InReach, &[FRONT]),
    grant("dispatcher", Reach::All, Contact::InReach, &[FRONT]),
    grant("replier", Reach::All, Contact::InReach, &[FRONT]),
    grant("caller_back", Reach::All, Contact::InReach, &[FRONT]),
    grant("receiver", Reach::Own, Contact::WhenHolding, &[FRONT]),
    grant("archivist", Reach::All, Contact::Never, &[WORKER]),
    grant("handler", Reach::Own, Contact::WhenHolding, &[WORKER]),
    grant("leader", Reach::Own, Contact::WhenHolding, &[LEADER]),
    grant("duty_manager", Reach::Own, Contact::WhenHolding, &[LEADER]),
    grant("manager", Reach::All, Contact::InReach, &[LEADER, BESIDES_LEADING]),
    grant("privacy_officer", Reach::All, Contact::Never, &[&[ReadCase, Erase]]),
    grant("admin", Reach::All, Contact::Never, &[ACTS]),
    grant("administrator", Reach::All, Contact::Never, &[ACTS]),
    // A screen on the wall, which nobody attends to: it sees how long the queues are, and nothing else.
    grant("wallboard", Reach::Own, Contact::Never, &[&[ReadBoard]]),
    grant("auditor", Reach::All, Contact::Never, &[AUDITOR]),
];

/// What a role of a playbook's own may do.
const OTHER: Grant = grant("", Reach::Own, Contact::WhenHolding, &[DECIDER]);

/// What an API key may do: it feeds, and reads nothing.
pub const FEEDER: &[Act] = &[Register];

/// The grant of a role in the table.
#[must_use]
pub fn grant_of(role: &str) -> Option<&'static Grant> {
    TABLE.iter().find(|grant| grant.role == role)
}

/// The roles in the table.
#[must_use]
pub fn known() -> Vec<&'static str> {
    TABLE.iter().map(|grant| grant.role).collect()
}

/// What somebody may do with all the roles they hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rights {
    /// Whose cases.
    pub reach: Reach,
    /// Contact data.
    pub contact: Contact,
    acts: Vec<Act>,
}

impl Rights {
    /// Of somebody with these roles; `counts_as` is `[gateway.roles]`.
    #[must_use]
    pub fn of<'a>(
        roles: impl Iterator<Item = &'a RoleKey>,
        counts_as: &std::collections::BTreeMap<String, String>,
    ) -> Self {
        let mut rights = Self { reach: Reach::Own, contact: Contact::Never, acts: Vec::new() };
        for role in roles {
            let name = counts_as.get(role.as_str()).map_or(role.as_str(), String::as_str);
            let grant = grant_of(name).unwrap_or(&OTHER);
            rights.reach = rights.reach.max(grant.reach);
            rights.contact = rights.contact.max(grant.contact);
            let more: Vec<_> = grant.acts().filter(|act| !rights.acts.contains(act)).collect();
            rights.acts.extend(more);
        }
        rights
    }
    /// Whether they may.
    #[must_use]
    pub fn may(&self, act: Act) -> bool {
        self.acts.contains(&act)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn rights(roles: &[&str]) -> Rights {
        let roles: Vec<_> = roles.iter().map(|role| RoleKey::new(*role).unwrap()).collect();
        let counts_as = BTreeMap::from([("shop_chief".to_owned(), "leader".to_owned())]);
        Rights::of(roles.iter(), &counts_as)
    }

    #[test]
    fn rights_of_several_roles_add_up() {
        let both = rights(&["handler", "auditor"]);
        assert!(both.may(Act::DoWork) && both.may(Act::ReadSystem) && !both.may(Act::ManageAccess));
        assert_eq!((both.reach, both.contact), (Reach::All, Contact::WhenHolding));
    }

    #[test]
    fn a_role_of_a_playbook_works_on_its_own_cases_and_no_more() {
        let own = rights(&["shift_chief"]);
        assert!(own.may(Act::DoWork) && !own.may(Act::Register) && !own.may(Act::ChangeSettings));
        assert_eq!(own.reach, Reach::Own);
        assert!(rights(&["shop_chief"]).may(Act::DirectWork));
    }

    #[test]
    fn nobody_without_a_role_may_anything() {
        let none = rights(&[]);
        assert!(!none.may(Act::ReadCase));
        assert_eq!(none.contact, Contact::Never);
    }

    #[test]
    fn only_administrators_change_access_and_settings() {
        for grant in TABLE {
            let administers = grant.role.starts_with("admin");
            assert_eq!(grant.acts().any(|act| act == Act::ManageAccess), administers, "{}", grant.role);
            assert_eq!(grant.acts().any(|act| act == Act::ChangeSettings), administers, "{}", grant.role);
        }
    }
}
