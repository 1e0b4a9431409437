/** That the own user-signing key signed another user's master key, on the strength of external signatures, and why. */
export interface Conferral {
  /** The user who was verified. */
  readonly userId: string;
  /** The Ed25519 master key that was signed, unpadded base64. */
  readonly masterKey: string;
  /** Milliseconds since 1970. */
  readonly conferredAt: number;
  /** Why, for people or as JSON: at most 4,096 UTF-16 units. */
  readonly reason: string;
  /** When it was taken back, milliseconds since 1970; absent while it stands. */
  readonly withdrawnAt?: number;
}

/** Remembers what was conferred, one record a user, until it is deleted. It verifies nothing. */
export interface ConferralMemory {
  /**
   * Every conferral that can be read, in no order.
   *
   * @throws CountersignError `ERR_CLOSED`
   */
  conferrals(): Promise<Conferral[]>;
  /**
   * Remembers a conferral in place of what that user had.
   *
   * @throws CountersignError `ERR_STORE_RECORD` for what could not be read back, `ERR_CLOSED`
   */
  putConferral(conferral: Conferral): Promise<void>;
  /**
   * Forgets the conferral of a user; one who has none is none the worse.
   *
   * @throws CountersignError `ERR_CLOSED`
   */
  deleteConferral(userId: string): Promise<void>;
}
