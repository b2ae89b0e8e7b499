//! A passkey that was enrolled: what its answers are checked by.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "passkey")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub account: Uuid,
    /// The name under which its authenticator keeps it.
    #[sea_orm(unique)]
    pub credential: Vec<u8>,
    /// Its public key, as webauthn_rp encodes it with what never changes.
    pub public_key: Vec<u8>,
    /// Its counter and flags at its last answer, as webauthn_rp encodes them: 7 bytes.
    pub last_seen: Vec<u8>,
    /// Days since 1970-01-01.
    pub since_day: i32,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
