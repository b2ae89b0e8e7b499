//! Passkeys as second factors, and what stands between the two halves of enrolling or showing one.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, blob, boolean, integer, uuid};

pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "0009_passkeys"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut passkey = Table::create();
        passkey
            .table("passkey")
            .col(uuid("id").primary_key())
            .col(uuid("account"))
            .col(blob("credential").unique_key())
            .col(blob("public_key"))
            .col(blob("last_seen"))
            .col(integer("since_day"));
        manager.create_table(passkey).await?;
        let index = Index::create().name("passkey_account").table("passkey").col("account").take();
        manager.create_index(index).await?;

        let mut ceremony = Table::create();
        ceremony
            .table("passkey_ceremony")
            .col(uuid("session").primary_key())
            .col(uuid("account"))
            .col(boolean("enrols"))
            .col(blob("state"))
            .col(big_integer("expires_at"));
        manager.create_table(ceremony).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["passkey_ceremony", "passkey"] {
            manager.drop_table(Table::drop().table(table).take()).await?;
        }
        Ok(())
    }
}
