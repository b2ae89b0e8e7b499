//! What a session was asked of a passkey and has not answered yet; good for one answer.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "passkey_ceremony")]
pub struct Model {
    /// Whose turn it is: no other session can answer.
    #[sea_orm(primary_key, auto_increment = false)]
    pub session: Uuid,
    pub account: Uuid,
    /// Whether a passkey is being enrolled, or else shown.
    pub enrols: bool,
    /// The challenge and what belongs to it, as webauthn_rp encodes it.
    pub state: Vec<u8>,
    /// Seconds since 1970-01-01.
    pub expires_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
