//! An invitation: the hash of its redeem token, and what each side vouched with.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "invitation")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Absent for the first administrator.
    pub inviter: Option<Uuid>,
    /// `AccountRole` of the guest, by name.
    pub role: String,
    /// Of the account to be made, if one is to be made.
    pub handle: Option<String>,
    pub token_sha256: Vec<u8>,
    pub inviter_mac: Option<Vec<u8>>,
    /// `SignedCard`, as JSON, when the invitation was made.
    pub inviter_card: Option<String>,
    /// `open`, `accepted` or `revoked`; that it expired is told by the time.
    pub state: String,
    /// Seconds since 1970-01-01.
    pub expires_at: i64,
    pub guest: Option<Uuid>,
    /// `SignedCard`, as JSON, when the invitation was accepted.
    pub guest_card: Option<String>,
    pub guest_mac: Option<Vec<u8>>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
