//! A session that was ended from elsewhere: so that its device can say why it no longer works.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "ended_session")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub account: Uuid,
    pub token_sha256: Vec<u8>,
    /// [`crate::sessions::Reason`], by name.
    pub reason: String,
    /// Days since 1970-01-01.
    pub ended_day: i32,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
