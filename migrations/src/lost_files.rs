//! Which sealed files a restored server does not have although a record names them.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::boolean;

pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "0006_lost_files"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let column = boolean("lost").default(false).take();
        manager.alter_table(Table::alter().table("attachment").add_column(column).take()).await?;
        // Of the few that are lost alone: asked with every list of journals.
        let mut index = Index::create().name("attachment_lost").table("attachment").col("journal").take();
        manager.create_index(index.cond_where(Expr::col("lost").eq(true)).take()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_index(Index::drop().name("attachment_lost").table("attachment").to_owned()).await?;
        manager.alter_table(Table::alter().table("attachment").drop_column("lost").take()).await
    }
}
