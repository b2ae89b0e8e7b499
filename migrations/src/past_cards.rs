//! The cards that accounts had before their current ones.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, text, uuid};

pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "0005_past_cards"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut past_card = Table::create();
        past_card
            .table("past_card")
            .col(uuid("account"))
            .col(big_integer("n"))
            .col(text("card"))
            .primary_key(Index::create().col("account").col("n"));
        manager.create_table(past_card).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("past_card").take()).await
    }
}
