//! Devices that come and go: what an old one leaves for a new one, and which sessions were ended from elsewhere.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, blob, integer, string, uuid};

pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "0004_devices"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut ended = Table::create();
        ended
            .table("ended_session")
            .col(uuid("id").primary_key())
            .col(uuid("account"))
            .col(blob("token_sha256").unique_key())
            .col(string("reason"))
            .col(integer("ended_day"));
        manager.create_table(ended).await?;

        let mut handover = Table::create();
        handover
            .table("handover")
            .col(uuid("id").primary_key())
            .col(uuid("account"))
            .col(blob("token_sha256"))
            .col(blob("sealed"))
            .col(big_integer("expires_at"));
        manager.create_table(handover).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["handover", "ended_session"] {
            manager.drop_table(Table::drop().table(table).take()).await?;
        }
        Ok(())
    }
}
