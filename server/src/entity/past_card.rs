//! A card that an account had before: owners who still know it follow it to the current one.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "past_card")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub account: Uuid,
    /// The card's number, from 0.
    #[sea_orm(primary_key, auto_increment = false)]
    pub n: i64,
    /// `SignedCard`, as JSON.
    pub card: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
