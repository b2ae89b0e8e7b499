//! One human of the practice: what lets the account log in, and the sealed key bundle.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "account")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub handle: String,
    /// `AccountRole`, by name.
    pub role: String,
    /// `AccountState`, by name.
    pub state: String,
    /// `SignedCard`, as JSON.
    pub card: String,
    /// OPAQUE registration record (RFC 9807).
    pub opaque_record: Vec<u8>,
    /// `KsfParams`, as JSON.
    pub ksf: String,
    /// SHA-256 of the recovery login token.
    pub recovery_sha256: Vec<u8>,
    /// The key bundle: an age file.
    pub bundle: Vec<u8>,
    pub bundle_version: i64,
    /// Days since 1970-01-01.
    pub created_day: i32,
    /// Whether it has a second factor that counts.
    pub second_factor: bool,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
