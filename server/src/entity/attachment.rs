//! An uploaded sealed file; the file itself is in the attachment store.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "attachment")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub journal: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Who uploaded it.
    pub author: Uuid,
    pub sha256: Vec<u8>,
    pub size: i64,
    /// The record that names it; absent until one does.
    pub record: Option<Uuid>,
    /// Days since 1970-01-01.
    pub created_day: i32,
    /// Seconds since 1970-01-01; absent once a record names it.
    pub unnamed_since: Option<i64>,
    /// Set while a record names it and its file is not here: the record was sent again to a restored server.
    pub lost: bool,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
