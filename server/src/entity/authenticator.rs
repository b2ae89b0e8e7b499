//! An authenticator (TOTP): a random id. Its secret stands nowhere; see [`crate::second_factor`].

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "authenticator")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub account: Uuid,
    /// Whether a first code of it came back; until then it does not count.
    pub confirmed: bool,
    /// The step of the last code that was accepted: no code of it or of one before is accepted again.
    pub last_step: i64,
    /// Days since 1970-01-01.
    pub since_day: i32,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
