//! The audit log: who fetched or changed what, on which day, and the head of its chain.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, big_integer_null, blob, blob_null, integer, string, string_null, uuid_null,
};

pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "0003_audit"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut audit = Table::create();
        audit
            .table("audit")
            .col(big_integer("seq").primary_key())
            .col(integer("day"))
            .col(uuid_null("actor"))
            .col(string("act"))
            .col(string_null("subject_kind"))
            .col(uuid_null("subject"))
            .col(blob("salt"))
            .col(blob("hash"));
        manager.create_table(audit).await?;
        for (of, by) in [("subject", "seq"), ("subject", "day"), ("actor", "seq")] {
            let name = format!("audit_{of}_{by}");
            manager.create_index(Index::create().name(name).table("audit").col(of).col(by).take()).await?;
        }

        // One row, there from the beginning: whoever enters something locks it first.
        let mut head = Table::create();
        head.table("audit_head").col(integer("id").primary_key()).col(big_integer_null("seq")).col(blob_null("hash"));
        manager.create_table(head).await?;
        manager.execute(Query::insert().into_table("audit_head").columns(["id"]).values_panic([0.into()]).take()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["audit_head", "audit"] {
            manager.drop_table(Table::drop().table(table).take()).await?;
        }
        Ok(())
    }
}
