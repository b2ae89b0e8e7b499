//! A login between its two halves; good for one finish.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "login_attempt")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Absent for an unknown handle, whose login goes on and fails like a wrong password.
    pub account: Option<Uuid>,
    pub handle: String,
    /// OPAQUE server state between the halves.
    pub state: Vec<u8>,
    /// Seconds since 1970-01-01.
    pub expires_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
