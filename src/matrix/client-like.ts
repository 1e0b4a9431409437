/**
 * What this package asks of a Matrix client: the part of matrix-js-sdk's `MatrixClient` (34 to 43) that it uses, so that
 * those fit without a cast and anything of the same shape does too.
 */
export interface MatrixClientLike {
  /** The own user ID, `null` before login. */
  getUserId(): string | null;
  /** Base URL of the homeserver's client API. */
  getHomeserverUrl(): string;
  /** The current access token, read anew for every request. */
  getAccessToken(): string | null;
  /** The crypto stack, once it is set up. */
  getCrypto(): CryptoLike | undefined;
  /** Any authenticated request of the client's own: called once after a refused token, so that the client renews it. */
  whoami?(): Promise<unknown>;
  /**
   * Secret storage: where the self-signing key may lie that approves a manifest and the user-signing key that verifies others, and
   * where trust settings follow the user.
   */
  readonly secretStorage?: {
    get(name: string): Promise<string | undefined>;
    store?(name: string, secret: string): Promise<void>;
  };
  /** Adds a listener: for watching only. */
  on?(event: string, listener: (...details: never[]) => void): unknown;
  /** Takes a listener away. */
  off?(event: string, listener: (...details: never[]) => void): unknown;
}

/** What is asked of the client's crypto stack. */
export interface CryptoLike {
  /** The own master key in unpadded base64, if this device holds the private keys and they match. */
  getCrossSigningKeyId(): Promise<string | null>;
  /** Whether the identity of `userId` is verified on this device. */
  getUserVerificationStatus(userId: string): Promise<{ isCrossSigningVerified(): boolean }>;
  /**
   * The private cross-signing keys of this device: asked for when a manifest is approved, when somebody is verified natively, and the
   * master key when a key to vouch with is made.
   */
  exportSecretsBundle?(): Promise<{
    readonly cross_signing?:
      | { readonly master_key?: string; readonly self_signing_key?: string; readonly user_signing_key?: string }
      | undefined;
  }>;
}
