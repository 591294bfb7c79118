/** What a vendor's limits were found to be. Empty: nothing is known. */
export interface LearnedQuota {
  requests?: LearnedLimit;
  tokens?: LearnedLimit;
}

export interface LearnedLimit {
  perMinute: number;
}
