//! One entry of the audit log; the hash before it stands in the row before it.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub seq: i64,
    /// Days since 1970-01-01.
    pub day: i32,
    /// Absent for whoever runs the server.
    pub actor: Option<Uuid>,
    /// `AuditAct`, by name.
    pub act: String,
    /// `AuditSubjectKind`, by name.
    pub subject_kind: Option<String>,
    pub subject: Option<Uuid>,
    pub salt: Vec<u8>,
    /// The chain's hash after this entry.
    pub hash: Vec<u8>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
