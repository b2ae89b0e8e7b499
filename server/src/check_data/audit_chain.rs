//! The audit log, followed from its first entry, as an administrator's device would with nothing to compare it with.

use reverie_protocol::audit::AuditCheck;
use sea_orm::{
    ColumnTrait as _, DatabaseConnection, DbErr, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};

use super::{Finding, Report};
use crate::entity::{audit, audit_head};

/// Entries read at once.
const PAGE: u64 = 1000;

/// Follows the chain; stops at the first entry that does not follow, since nothing after it can be judged.
pub(super) async fn verify(db: &DatabaseConnection, report: &mut Report) -> Result<(), DbErr> {
    match follow(db, report).await? {
        Ok(()) => {}
        Err(what) => report.findings.push(Finding { place: "audit log".into(), what }),
    }
    Ok(())
}

async fn follow(db: &DatabaseConnection, report: &mut Report) -> Result<Result<(), String>, DbErr> {
    let mut check = AuditCheck::default();
    let mut after = -1;
    loop {
        let page = audit::Entity::find()
            .filter(audit::Column::Seq.gt(after))
            .order_by_asc(audit::Column::Seq)
            .limit(PAGE)
            .all(db)
            .await?;
        let Some(last) = page.last() else { break };
        after = last.seq;
        for row in page {
            report.audit_entries += 1;
            // A word that no act has is damage like any other.
            let followed = row.link().map_err(|error| error.to_string());
            let followed = followed.and_then(|link| check.follow(&link).map_err(|broken| broken.to_string()));
            if let Err(what) = followed {
                return Ok(Err(format!("{what} (entry {})", row.seq)));
            }
        }
    }
    let head = audit_head::Entity::find_by_id(0).one(db).await?;
    let head = head.map(|row| row.head()).transpose()?.flatten();
    Ok(check.finish(head).map(drop).map_err(|_| "its head is not its last entry".to_owned()))
}
