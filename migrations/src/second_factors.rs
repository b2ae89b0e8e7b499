//! Second factors: authenticators, backup codes, and which sessions have shown one.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, blob, boolean, integer, uuid};

pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "0007_second_factors"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, column) in [("account", "second_factor"), ("session", "proved")] {
            let column = boolean(column).default(false).take();
            manager.alter_table(Table::alter().table(table).add_column(column).take()).await?;
        }

        let mut authenticator = Table::create();
        authenticator
            .table("authenticator")
            .col(uuid("id").primary_key())
            .col(uuid("account"))
            .col(boolean("confirmed"))
            .col(big_integer("last_step"))
            .col(integer("since_day"));
        manager.create_table(authenticator).await?;
        let index = Index::create().name("authenticator_account").table("authenticator").col("account").take();
        manager.create_index(index).await?;

        let mut backup_code = Table::create();
        backup_code
            .table("backup_code")
            .col(uuid("account"))
            .col(blob("token_sha256"))
            .primary_key(Index::create().col("account").col("token_sha256"));
        manager.create_table(backup_code).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["backup_code", "authenticator"] {
            manager.drop_table(Table::drop().table(table).take()).await?;
        }
        for (table, column) in [("session", "proved"), ("account", "second_factor")] {
            manager.alter_table(Table::alter().table(table).drop_column(column).take()).await?;
        }
        Ok(())
    }
}
