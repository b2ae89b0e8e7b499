//! What an administrator does to somebody's account.

said! {
    "What the administrator does";
    WHO_ASKS = "Are you sure that it is HANDLE who asks for this?";
    FACTOR_RESET = "HANDLE has no second factor any more, and is logged out everywhere. Backup codes are void with it. Password \
        and keys are as they were. A clinician or administrator is asked for a new one at the next login.";
    BEFORE_OFF_BOARDING = "HANDLE will never log in again. This cannot be undone. Nothing is deleted.";
    PATIENT_EXPORTS_FIRST = "HANDLE is a patient: export and sharing end with the account. Let HANDLE export first (`reverie \
        export`).";
    END_ACCOUNT = "End the account of HANDLE?";
    IS_OFF_BOARDED = "HANDLE is off-boarded and logged out everywhere. Nothing was deleted. The patients' own devices take \
        HANDLE out before they write again.";
    PATIENT_OFF_BOARDED = "HANDLE is off-boarded and logged out everywhere. Nothing was deleted.";
    SUSPENDED = "HANDLE is suspended and logged out everywhere. Nothing was deleted. To undo it: `reverie admin reinstate \
        HANDLE`.";
    REINSTATED = "HANDLE may log in again.";
}
