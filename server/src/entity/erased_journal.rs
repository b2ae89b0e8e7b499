//! A journal that its owner erased with her account: nothing of it is left but what she signed.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "erased_journal")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub journal: Uuid,
    /// The signed bytes of the `Erasure`.
    pub erasure: Vec<u8>,
    pub signature: Vec<u8>,
    pub erased_day: i32,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
