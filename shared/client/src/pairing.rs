//! Pairing: two people come to trust each other's cards through a code that the server never sees, and compare a few
//! words to be sure that nobody else used it.

use reverie_crypto::words::compare_words;
use reverie_crypto::{Contact, InvitationCode, Reader};
use reverie_journal::Compartment;
use reverie_protocol::account::AccountRole;
use reverie_protocol::api::{Guest, InvitationState, Inviter, NewInvitation, RedeemInvitation};
use reverie_protocol::bytes::B64;
use reverie_protocol::hash::Hash;
use reverie_protocol::header::MemberRole;
use reverie_protocol::ids::{AccountId, InvitationId, JournalId};
use reverie_protocol::limits;
use reverie_protocol::problem::ProblemCode;
use zeroize::Zeroizing;

use crate::device::PendingInvitation;
use crate::error::ClientError;
use crate::joining::{read_offer, token};
use crate::outbox::Intent;
use crate::trust::cards_of;
use crate::unlocked::Unlocked;

/// Somebody whom this account is paired with, and the words that both see.
#[derive(Debug, Clone)]
pub struct Pairing {
    /// Who.
    pub contact: Contact,
    /// Six words, the same on both screens.
    pub words: [&'static str; 6],
}

/// An invitation that waits for its guest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// The handle of the account to be made; absent if the guest has an account.
    pub handle: Option<String>,
    /// What the guest is invited as.
    pub role: AccountRole,
    /// What became of it.
    pub state: InvitationState,
}

impl Unlocked {
    /// Makes an invitation and returns its code, to be given to the guest in the room, and to nobody else.
    ///
    /// With a handle it makes an account; without, it pairs with somebody who has one. It is good for `seconds`. One whose
    /// answer was lost is taken up: the handle that it promises stays with this account.
    ///
    /// # Errors
    /// A handle that is none, or the server's refusal.
    pub async fn invite(
        &mut self,
        role: AccountRole,
        handle: Option<&str>,
        seconds: u32,
    ) -> Result<Zeroizing<String>, ClientError> {
        if let Some(handle) = handle {
            limits::check_handle(handle).map_err(|error| ClientError::NotPossible(error.to_string()))?;
        }
        if let Some(pending) = self.unanswered(role, handle) {
            match self.send_invitation(&pending, seconds).await {
                Ok(()) if pending.role == role => return Ok(pending.code),
                // The server has had it since: its time is running, and nobody has seen its code. Another takes its place.
                Ok(()) => self.revoke_invitation(&pending).await?,
                Err(error) if error.is(ProblemCode::AlreadyExists) => self.revoke_invitation(&pending).await?,
                Err(error) => return Err(error),
            }
        }
        let code = self.env.random(InvitationCode::make);
        let own_card = self.copy.bundle.card.fingerprint();
        let (invitation, handle) = (code.id(), handle.map(str::to_owned));
        let pending = PendingInvitation { invitation, code: code.to_text(), role, handle, own_card, unanswered: true };
        self.send_invitation(&pending, seconds).await?;
        Ok(pending.code)
    }

    /// Returns an invitation of the same guest that the server may or may not have.
    fn unanswered(&self, role: AccountRole, handle: Option<&str>) -> Option<PendingInvitation> {
        let own_card = self.copy.bundle.card.fingerprint();
        let same = |pending: &&PendingInvitation| {
            pending.handle.as_deref() == handle && (handle.is_some() || pending.role == role)
        };
        let pending = self.state.invitations.iter().filter(|pending| pending.unanswered).find(same)?;
        Some(PendingInvitation { own_card, ..pending.clone() })
    }

    /// Has the server make an invitation. It is forgotten only where the server surely did not.
    async fn send_invitation(&mut self, pending: &PendingInvitation, seconds: u32) -> Result<(), ClientError> {
        let session = self.token()?;
        let code = InvitationCode::parse(&pending.code).map_err(|error| ClientError::Mistyped(error.to_string()))?;
        let new = NewInvitation {
            invitation: pending.invitation,
            role: pending.role,
            handle: pending.handle.clone(),
            token_sha256: Hash::of(*code.redeem_token()),
            mac: B64(code.inviter_mac(pending.role, pending.own_card).to_vec()),
            seconds,
        };
        // Kept first: a code that was shown must prove its guest, even if this device dies in between.
        self.state.invitations.retain(|kept| kept.invitation != pending.invitation);
        self.state.invitations.push(pending.clone());
        self.save_state().await?;
        let made = self.env.api.create_invitation(&session, &new).await.map_err(ClientError::from);
        let made = self.logged_out_on_refusal(made);
        match &made {
            Ok(_) => {
                let kept = self.state.invitations.iter_mut().filter(|kept| kept.invitation == pending.invitation);
                kept.for_each(|kept| kept.unanswered = false);
                self.save_state().await?;
            }
            Err(error) if error.is_sure_refusal() && !error.is(ProblemCode::AlreadyExists) => {
                self.forget_invitation(pending.invitation).await?;
            }
            Err(_) => {}
        }
        made.map(drop)
    }

    /// Takes an invitation back that the server has, or may have.
    async fn revoke_invitation(&mut self, pending: &PendingInvitation) -> Result<(), ClientError> {
        let session = self.token()?;
        let revoked = self.env.api.revoke_invitation(&session, pending.invitation).await.map_err(ClientError::from);
        match self.logged_out_on_refusal(revoked) {
            Err(error) if !error.is(ProblemCode::NotFound) => Err(error),
            _ => self.forget_invitation(pending.invitation).await,
        }
    }

    async fn forget_invitation(&mut self, invitation: InvitationId) -> Result<(), ClientError> {
        self.state.invitations.retain(|kept| kept.invitation != invitation);
        self.save_state().await
    }

    /// Accepts the invitation of somebody, as an account that exists.
    ///
    /// # Errors
    /// [`ClientError::Mistyped`], [`ClientError::PairingForged`], or the server's refusal.
    pub async fn pair(&mut self, code: &str) -> Result<Pairing, ClientError> {
        let session = self.token()?;
        let code = InvitationCode::parse(code).map_err(|error| ClientError::Mistyped(error.to_string()))?;
        let offer = read_offer(&self.env, &code).await?;
        let inviter = offer.inviter.filter(|_| offer.handle.is_none()).ok_or(ClientError::WrongInvitation(
            "this invitation is for somebody who has no account yet; use `reverie join CODE`",
        ))?;
        verified_inviter(&code, offer.role, &inviter)?;
        let own = self.copy.bundle.card.fingerprint();
        let mac = code.guest_mac(offer.role, inviter.card.fingerprint(), own);
        let redeem = RedeemInvitation { invitation: code.id(), token: token(&code), mac: B64(mac.to_vec()) };
        let Inviter { account, handle, role, card, .. } = inviter;
        let contact = Contact::met(account, handle, role, card);
        self.catch_up_with(&contact).await;
        let before = self.state.contacts.clone();
        // Known first: if only the answer is lost, the inviter has this account, and must not be a stranger here.
        self.add_contact(contact.clone())?;
        self.save_state().await?;
        let redeemed = self.env.api.redeem_invitation(&session, &redeem).await.map_err(ClientError::from);
        if let Err(error) = self.logged_out_on_refusal(redeemed) {
            if error.is_sure_refusal() {
                self.state.contacts = before;
                self.save_state().await?;
            }
            return Err(error);
        }
        Ok(self.pairing(&contact))
    }

    /// Asks the server who accepted this account's invitations, and verifies each. Returns what still waits.
    ///
    /// # Errors
    /// [`ClientError::PairingForged`] if a guest's card is not proved by the code, or the server's.
    pub async fn collect_guests(&mut self) -> Result<Vec<Waiting>, ClientError> {
        self.meet_guests(&[]).await
    }

    /// The same, without asking about invitations that the server says are still `open`.
    pub(crate) async fn meet_guests(&mut self, open: &[InvitationId]) -> Result<Vec<Waiting>, ClientError> {
        let session = self.token()?;
        let (mut waiting, mut failed) = (Vec::new(), None);
        let mut asked_about = self.state.invitations.clone();
        asked_about.retain(|pending| !open.contains(&pending.invitation));
        for pending in asked_about {
            let asked = self.env.api.get_invitation(&session, pending.invitation).await.map_err(ClientError::from);
            let invitation = match self.logged_out_on_refusal(asked) {
                Ok(invitation) => invitation,
                // It did not arrive, or not yet. Inviting the same guest takes it up.
                Err(error) if pending.unanswered && error.is(ProblemCode::NotFound) => continue,
                Err(error) => {
                    failed = Some(error);
                    continue;
                }
            };
            let (state, guest) = (invitation.state, invitation.guest);
            let met = guest.map(|guest| verified_guest(&pending, guest)).transpose();
            if let Ok(Some(contact)) = &met {
                self.catch_up_with(contact).await;
                if let Err(error) = self.free_handle(contact).await {
                    failed = Some(error);
                    continue;
                }
            }
            let met = met.and_then(|contact| contact.map(|contact| self.add_contact(contact)).transpose());
            match met {
                Ok(None) => waiting.push(Waiting { handle: pending.handle.clone(), role: pending.role, state }),
                Ok(Some(())) => {}
                Err(error) => failed = Some(error),
            }
            // Whoever accepted it, truly or not, has used it up: it must not be offered again.
            if state != InvitationState::Open {
                self.forget_invitation(pending.invitation).await?;
            }
        }
        failed.map_or(Ok(waiting), Err)
    }

    /// Returns everybody whom this account is paired with, and the words to compare.
    pub fn pairings(&self) -> Vec<Pairing> {
        self.contacts().into_iter().map(|contact| self.pairing(contact)).collect()
    }

    /// Confirms that the words were the same on both screens. A patient's shared journal with a clinician opens now.
    ///
    /// # Errors
    /// [`ClientError::UnknownContact`].
    pub async fn confirm(&mut self, handle: &str) -> Result<Pairing, ClientError> {
        let account = self.contact_of(handle)?.account;
        for contact in self.state.contacts.iter_mut().filter(|contact| contact.account == account) {
            contact.confirmed = true;
        }
        self.save_state().await?;
        let contact = self.contact_of(handle)?.clone();
        let patient_of = self.role() == AccountRole::Patient && contact.role == AccountRole::Clinician;
        if patient_of && self.circles_with(account).is_empty() && !self.will_open_with(account) {
            let (journal, record) = (self.env.random(JournalId::make), self.record_id());
            let members = vec![(account, MemberRole::Writer)];
            self.put(vec![Intent::Open { journal, record, compartment: Compartment::Shared, members }]).await?;
        }
        self.flush().await?;
        if self.state.token.is_some() {
            match self.save_bundle().await {
                // Another device was first. This one's next login brings the confirmation to the others.
                Err(ClientError::Behind) => {}
                saved => saved?,
            }
        }
        Ok(self.pairing(&contact))
    }

    fn will_open_with(&self, account: AccountId) -> bool {
        let intents = self.outbox.iter().flat_map(|item| &item.intents);
        intents.into_iter().any(|intent| {
            matches!(intent, Intent::Open { members, .. } if members.iter().any(|(member, _)| *member == account))
        })
    }

    /// Takes somebody in whose card was proved by an invitation. Pairing again with another card starts anew.
    fn add_contact(&mut self, contact: Contact) -> Result<(), ClientError> {
        limits::check_handle(&contact.handle).map_err(|_| ClientError::PairingForged)?;
        let card = contact.card.verify().map_err(|_| ClientError::PairingForged)?;
        Reader::from_card(&card).map_err(|_| ClientError::PairingForged)?;
        if self.state.contacts.iter().any(|known| is_namesake(known, &contact)) || contact.handle == self.handle() {
            let message = format!("the server says that two people are called {}; tell your practice", contact.handle);
            return Err(ClientError::Untrustworthy(message));
        }
        match self.state.contacts.iter_mut().find(|known| known.account == contact.account) {
            // A code from before they changed keys proves nothing new.
            Some(known) if known.knows(&contact.card.fingerprint()) => known.gone = false,
            Some(known) => *known = contact.clone(),
            None => self.state.contacts.push(contact.clone()),
        }
        // Paired again: what stands here now was proved in the room.
        self.state.estranged.remove(&contact.account);
        Ok(())
    }

    /// Follows somebody who is paired with again and has changed keys since: what was confirmed stays so.
    async fn catch_up_with(&mut self, contact: &Contact) {
        let known = self.contact(contact.account);
        if known.is_some_and(|known| !known.knows(&contact.card.fingerprint())) {
            // If it cannot be had, or does not follow, the words are compared anew.
            let _ = self.follow(contact.account).await;
        }
    }

    /// Asks whether whoever had the handle of a new guest has deleted their account. Who signed that is gone. The server's
    /// word is enough only for somebody whose words were never compared and whom no journal names.
    async fn free_handle(&mut self, contact: &Contact) -> Result<(), ClientError> {
        let Some(before) = self.state.contacts.iter().find(|known| is_namesake(known, contact)) else { return Ok(()) };
        let (before, met_only) = (before.account, !before.confirmed);
        for journal in self.journals_from(before) {
            let erased = self.if_erased_by_owner(journal).await?;
            self.done.extend(erased);
        }
        if met_only && self.logs.values().all(|log| cards_of(log, before).is_empty()) {
            let token = self.token()?;
            let asked = self.env.api.get_card(&token, before).await.map_err(ClientError::from);
            match self.logged_out_on_refusal(asked) {
                Err(error) if error.is(ProblemCode::NotFound) => self.let_go(before).await?,
                asked => drop(asked?),
            }
        }
        Ok(())
    }

    /// Takes in that somebody has deleted their account.
    pub(crate) async fn let_go(&mut self, account: AccountId) -> Result<(), ClientError> {
        for contact in self.state.contacts.iter_mut().filter(|contact| contact.account == account) {
            contact.gone = true;
        }
        self.save_state().await
    }

    fn pairing(&self, contact: &Contact) -> Pairing {
        let words = compare_words(&self.copy.bundle.card.fingerprint(), &contact.card.fingerprint());
        Pairing { contact: contact.clone(), words }
    }
}

/// Tells whether somebody who is there still has the handle of somebody else.
fn is_namesake(known: &Contact, other: &Contact) -> bool {
    !known.gone && known.handle == other.handle && known.account != other.account
}

/// Verifies the inviter's card and its proof by the code.
pub(crate) fn verified_inviter(code: &InvitationCode, role: AccountRole, inviter: &Inviter) -> Result<(), ClientError> {
    let card = inviter.card.verify().map_err(|_| ClientError::PairingForged)?;
    if card.account != inviter.account {
        return Err(ClientError::PairingForged);
    }
    code.verify_inviter_mac(role, inviter.card.fingerprint(), &inviter.mac.0).map_err(|_| ClientError::PairingForged)
}

fn verified_guest(pending: &PendingInvitation, guest: Guest) -> Result<Contact, ClientError> {
    let forged = |()| ClientError::PairingForged;
    let code = InvitationCode::parse(&pending.code).map_err(|_| forged(()))?;
    let card = guest.card.verify().map_err(|_| forged(()))?;
    let promised = pending.handle.as_ref().is_none_or(|handle| *handle == guest.handle);
    if card.account != guest.account || guest.role != pending.role || !promised {
        return Err(forged(()));
    }
    let fingerprint = guest.card.fingerprint();
    code.verify_guest_mac(pending.role, pending.own_card, fingerprint, &guest.mac.0).map_err(|_| forged(()))?;
    let Guest { account, handle, role, card, .. } = guest;
    Ok(Contact::met(account, handle, role, card))
}
