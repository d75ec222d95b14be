//! Who asks, and what they may do.
//!
//! People sign in with a name and a password and hold a short-lived signed token; feeding systems hold an API key.
//! Roles and department come from the account, never from the request. An identity provider (OIDC) would stand beside
//! [`users`]: it would give a [`Principal::Staff`] for a token of its own, and nothing else would change.

pub mod api_keys;
pub mod passwords;
pub mod principal;
pub mod roles;
pub mod signed_in;
pub mod tokens;
pub mod users;

pub use principal::{Feeder, Principal, Staff};
pub use roles::{Act, Contact, Reach, Rights};
