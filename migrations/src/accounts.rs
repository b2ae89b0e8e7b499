//! Accounts, and how one gets and enters them: invitations, logins, sessions.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, blob, blob_null, integer, string, string_null, string_uniq, text};
use sea_orm_migration::schema::{text_null, uuid, uuid_null};

pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "0001_accounts"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut account = Table::create();
        account
            .table("account")
            .col(uuid("id").primary_key())
            .col(string_uniq("handle"))
            .col(string("role"))
            .col(string("state"))
            .col(text("card"))
            .col(blob("opaque_record"))
            .col(text("ksf"))
            .col(blob("recovery_sha256"))
            .col(blob("bundle"))
            .col(big_integer("bundle_version"))
            .col(integer("created_day"));
        manager.create_table(account).await?;

        let mut session = Table::create();
        session
            .table("session")
            .col(uuid("id").primary_key())
            .col(uuid("account"))
            .col(blob("token_sha256").unique_key())
            .col(integer("first_day"))
            .col(integer("last_day"));
        manager.create_table(session).await?;
        manager.create_index(Index::create().name("session_account").table("session").col("account").take()).await?;

        let mut attempt = Table::create();
        attempt
            .table("login_attempt")
            .col(uuid("id").primary_key())
            .col(uuid_null("account"))
            .col(string("handle"))
            .col(blob("state"))
            .col(big_integer("expires_at"));
        manager.create_table(attempt).await?;

        let mut invitation = Table::create();
        invitation
            .table("invitation")
            .col(uuid("id").primary_key())
            .col(uuid_null("inviter"))
            .col(string("role"))
            .col(string_null("handle"))
            .col(blob("token_sha256"))
            .col(blob_null("inviter_mac"))
            .col(text_null("inviter_card"))
            .col(string("state"))
            .col(big_integer("expires_at"))
            .col(uuid_null("guest"))
            .col(text_null("guest_card"))
            .col(blob_null("guest_mac"));
        manager.create_table(invitation).await?;
        for column in ["inviter", "guest", "handle"] {
            let name = format!("invitation_{column}");
            manager.create_index(Index::create().name(name).table("invitation").col(column).take()).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["invitation", "login_attempt", "session", "account"] {
            manager.drop_table(Table::drop().table(table).take()).await?;
        }
        Ok(())
    }
}
