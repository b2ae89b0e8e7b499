//! Journals that are gone because their owner erased her account, with her signature, so that nobody brings them back.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{blob, integer, uuid};

pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "0008_erased_journals"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut erased_journal = Table::create();
        erased_journal
            .table("erased_journal")
            .col(uuid("journal").primary_key())
            .col(blob("erasure"))
            .col(blob("signature"))
            .col(integer("erased_day"));
        manager.create_table(erased_journal).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("erased_journal").take()).await
    }
}
