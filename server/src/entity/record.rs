//! One link of the chain of a journal, with its sealed body until that is withdrawn.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "record")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub journal: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub seq: i64,
    pub id: Uuid,
    pub author: Uuid,
    /// `Action`, by name.
    pub action: String,
    /// The signed bytes, verbatim.
    pub header: Vec<u8>,
    pub signature: Vec<u8>,
    pub body: Option<Vec<u8>>,
    pub withdrawn: bool,
    pub chain_hash: Vec<u8>,
    /// Days since 1970-01-01.
    pub received_day: i32,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
