//! Who is behind a request.

use std::collections::{BTreeMap, BTreeSet};

use contracts::commands::Actor;
use contracts::{ChannelKey, CommandId, DepartmentId, OrganisationId, PersonId, RoleKey};
use sha2::Digest as _;

use super::roles::{Act, FEEDER, Reach, Rights};

/// A member of staff who signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Staff {
    /// Whose.
    pub organisation: OrganisationId,
    /// The account.
    pub name: String,
    /// The person of the directory.
    pub person: PersonId,
    /// Their roles.
    pub roles: BTreeSet<RoleKey>,
    /// Their department.
    pub department: Option<DepartmentId>,
    /// When the token ends, in seconds since 1970.
    pub until: i64,
}

/// A feeding system with an API key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Feeder {
    /// Whose.
    pub organisation: OrganisationId,
    /// The name of the key.
    pub name: String,
    /// The channels it may feed; none: all.
    pub channels: BTreeSet<ChannelKey>,
}

/// Who is behind a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Principal {
    /// A member of staff.
    Staff(Staff),
    /// A feeding system.
    Feeder(Feeder),
}

impl Principal {
    /// Whose.
    #[must_use]
    pub const fn organisation(&self) -> &OrganisationId {
        match self {
            Self::Staff(staff) => &staff.organisation,
            Self::Feeder(feeder) => &feeder.organisation,
        }
    }
    /// As commands and queries name them.
    #[must_use]
    pub fn actor(&self) -> Actor {
        match self {
            Self::Staff(staff) => Actor::Staff {
                person: staff.person.clone(),
                roles: roles_for_services(&staff.roles),
                department: staff.department.clone(),
            },
            Self::Feeder(feeder) => Actor::Feeder { name: feeder.name.clone() },
        }
    }
    /// What the limits count by.
    #[must_use]
    pub fn key(&self) -> String {
        match self {
            Self::Staff(staff) => format!("{}/person/{}", staff.organisation, staff.person),
            Self::Feeder(feeder) => format!("{}/feeder/{}", feeder.organisation, feeder.name),
        }
    }
    /// What they may do.
    #[must_use]
    pub fn rights(&self, counts_as: &BTreeMap<String, String>) -> Rights {
        match self {
            Self::Staff(staff) => Rights::of(staff.roles.iter(), counts_as),
            Self::Feeder(_) => Rights::of(std::iter::empty(), counts_as),
        }
    }
    /// Whether they may do `act` at all.
    #[must_use]
    pub fn may(&self, act: Act, counts_as: &BTreeMap<String, String>) -> bool {
        match self {
            Self::Staff(_) => self.rights(counts_as).may(act),
            Self::Feeder(_) => FEEDER.contains(&act),
        }
    }
    /// Whose cases they may see.
    #[must_use]
    pub fn reach(&self, counts_as: &BTreeMap<String, String>) -> Reach {
        self.rights(counts_as).reach
    }

    /// The command id that their `Idempotency-Key` stands for: keys of different callers never meet, so nobody is
    /// given the answer that was meant for somebody else.
    #[must_use]
    pub fn command_id(&self, key: &CommandId) -> CommandId {
        scoped(&self.key(), key)
    }
}

/// The services call an administrator `administrator`; accounts may say `admin`.
fn roles_for_services(roles: &BTreeSet<RoleKey>) -> BTreeSet<RoleKey> {
    let mut roles = roles.clone();
    if roles.contains("admin") {
        roles.extend(RoleKey::new("administrator"));
    }
    roles
}

/// `key` as one of `scope`'s own.
#[must_use]
pub fn scoped(scope: &str, key: &CommandId) -> CommandId {
    let short = |text: &str, bytes: usize| hex::encode(&sha2::Sha256::digest(text.as_bytes())[..bytes]);
    let scope = short(scope, 6);
    CommandId::new(format!("{scope}.{key}"))
        .or_else(|_| CommandId::new(format!("{scope}.{}", short(key.as_str(), 32))))
        .unwrap_or_else(|_| key.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_key_of_two_callers_is_not_the_same_command() {
        let key = CommandId::new("1").unwrap();
        assert_ne!(scoped("a", &key), scoped("b", &key));
        assert_eq!(scoped("a", &key), scoped("a", &key));
        let long = CommandId::new("x".repeat(128)).unwrap();
        let other = CommandId::new(format!("{}y", "x".repeat(127))).unwrap();
        assert_ne!(scoped("a", &long), scoped("a", &other));
    }

    #[test]
    fn a_feeder_feeds_and_reads_nothing() {
        let feeder = Principal::Feeder(Feeder {
            organisation: OrganisationId::new("huarun").unwrap(),
            name: "shop".into(),
            channels: BTreeSet::new(),
        });
        let none = BTreeMap::new();
        assert!(feeder.may(Act::Register, &none));
        assert!(!feeder.may(Act::ReadCase, &none) && !feeder.may(Act::ManageAccess, &none));
    }
}
