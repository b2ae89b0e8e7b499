//! Journals: their heads and members, their sealed records and attachments.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, blob, blob_null, boolean, integer, string, text, uuid, uuid_null};

pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "0002_journals"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut journal = Table::create();
        journal
            .table("journal")
            .col(uuid("id").primary_key())
            .col(big_integer("head_seq"))
            .col(blob("head_hash"))
            .col(text("state"));
        manager.create_table(journal).await?;

        let mut member = Table::create();
        member
            .table("member")
            .col(uuid("journal"))
            .col(uuid("account"))
            .col(string("role"))
            .primary_key(Index::create().col("journal").col("account"));
        manager.create_table(member).await?;
        manager.create_index(Index::create().name("member_account").table("member").col("account").take()).await?;

        let mut record = Table::create();
        record
            .table("record")
            .col(uuid("journal"))
            .col(big_integer("seq"))
            .col(uuid("id"))
            .col(uuid("author"))
            .col(string("action"))
            .col(blob("header"))
            .col(blob("signature"))
            .col(blob_null("body"))
            .col(boolean("withdrawn"))
            .col(blob("chain_hash"))
            .col(integer("received_day"))
            .primary_key(Index::create().col("journal").col("seq"));
        manager.create_table(record).await?;
        let unique = Index::create().name("record_id").table("record").col("journal").col("id").unique().take();
        manager.create_index(unique).await?;

        let mut attachment = Table::create();
        attachment
            .table("attachment")
            .col(uuid("journal"))
            .col(uuid("id"))
            .col(uuid("author"))
            .col(blob("sha256"))
            .col(big_integer("size"))
            .col(uuid_null("record"))
            .col(integer("created_day"))
            .primary_key(Index::create().col("journal").col("id"));
        manager.create_table(attachment).await?;
        let index = Index::create().name("attachment_record").table("attachment").col("journal").col("record").take();
        manager.create_index(index).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["attachment", "record", "member", "journal"] {
            manager.drop_table(Table::drop().table(table).take()).await?;
        }
        Ok(())
    }
}
