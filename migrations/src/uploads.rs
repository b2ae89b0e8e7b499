//! Since when an uploaded file waits for a record to name it: after a day it goes.
//!
//! A time and not a day, like an invitation's end: it is gone as soon as a record names the file.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::big_integer_null;

const SECONDS_PER_DAY: i64 = 24 * 60 * 60;

pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "0004_uploads"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let column = big_integer_null("unnamed_since");
        manager.alter_table(Table::alter().table("attachment").add_column(column).take()).await?;
        // Of what waits already only the day is known, so it waits from that day's end.
        let end_of_day = Expr::col("created_day").cast_as("bigint").add(1).mul(SECONDS_PER_DAY);
        let waiting = Query::update()
            .table("attachment")
            .value("unnamed_since", end_of_day)
            .and_where(Expr::col("record").is_null())
            .take();
        manager.execute(waiting).await?;
        let index = Index::create().name("attachment_unnamed").table("attachment").col("unnamed_since").take();
        manager.create_index(index).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_index(Index::drop().name("attachment_unnamed").table("attachment").to_owned()).await?;
        manager.alter_table(Table::alter().table("attachment").drop_column("unnamed_since").take()).await
    }
}
