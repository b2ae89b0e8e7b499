//! Where the audit chain is: one row, locked by whoever enters something.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_head")]
pub struct Model {
    /// Always 0.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i32,
    /// Absent while nothing was entered.
    pub seq: Option<i64>,
    pub hash: Option<Vec<u8>>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
