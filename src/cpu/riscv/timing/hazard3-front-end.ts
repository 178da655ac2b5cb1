/**
 * The front end of Hazard3, cycle by cycle: how instructions come from zero-wait memory into the buffer before
 * decoding. Words are fetched ahead into a queue of two, halfwords wait in a buffer of three, and a predictor with one
 * entry turns the fetch to the target of a backward branch. Measured on Hazard3's RTL (dual-port configuration); the
 * names follow its description, "Hazard3 user manual", instruction fetch.
 */

/** Halfwords of a word, one bit each. */
const LOWER = 1;
const UPPER = 2;
const BOTH = 3;

export class FrontEnd {
  // What is on its way: a word in the address phase of the bus, one in the data phase, and how many of them count.
  /** Address of the word whose request comes next; a multiple of 4, signed 32 bits. */
  #fetchAddress = 0;
  /** Halfwords that are wanted of the word in the address phase and of the one in the data phase. */
  #addressMask = BOTH;
  #dataMask = BOTH;
  /** Halfwords of the word in the data phase that belong to a branch predicted as taken. */
  #dataPredicted = 0;
  /** The predicted branch goes over the end of the word that was requested last. */
  #overhang = 0;
  /** Requests whose words have not come, 0 to 2. */
  #inFlight = 0;
  /** Cycles that the word in the data phase still waits, 0 to 15. */
  #waits = 0;
  // Words that have come: mask | predicted << 2 of each.
  #queueLength = 0;
  #queue0 = 0;
  #queue1 = 0;
  /** Halfwords ready to decode, 0 to 3, and which of them belong to a predicted branch. */
  #ready = 0;
  #readyPredicted = 0;
  // The predictor's entry.
  #valid = 0;
  #source = 0;
  #wide = 0;
  #target = 0;

  readonly #waitStates: (address: number) => number;

  /** @param waitStates of the word at an address, 0 to 15. */
  constructor(waitStates: (address: number) => number) {
    this.#waitStates = waitStates;
  }

  copyFrom(other: FrontEnd): void {
    this.#fetchAddress = other.#fetchAddress;
    this.#addressMask = other.#addressMask;
    this.#dataMask = other.#dataMask;
    this.#dataPredicted = other.#dataPredicted;
    this.#overhang = other.#overhang;
    this.#inFlight = other.#inFlight;
    this.#waits = other.#waits;
    this.#queueLength = other.#queueLength;
    this.#queue0 = other.#queue0;
    this.#queue1 = other.#queue1;
    this.#ready = other.#ready;
    this.#readyPredicted = other.#readyPredicted;
    this.#valid = other.#valid;
    this.#source = other.#source;
    this.#wide = other.#wide;
    this.#target = other.#target;
  }

  /** Whether an instruction of that many halfwords can leave in this cycle. */
  has(halfwords: number): boolean {
    return this.#ready >= halfwords;
  }

  /** Whether the next instruction belongs to a branch that was predicted as taken. */
  get predicted(): boolean {
    return (this.#readyPredicted & 1) !== 0;
  }

  /** Enters a branch that was taken into the predictor. */
  learn(source: number, wide: boolean, target: number): void {
    this.#valid = 1;
    this.#source = source;
    this.#wide = wide ? 1 : 0;
    this.#target = target;
  }

  forget(): void {
    this.#valid = 0;
    this.#source = 0;
    this.#wide = 0;
    this.#target = 0;
  }

  /** A cycle in which that many halfwords are consumed and the fetch goes on. */
  cycle(consumed: number): void {
    const valid = this.#valid !== 0;
    const sourceUpper = (this.#source & 2) !== 0;
    const wide = this.#wide !== 0;
    const wordMatch = valid && this.#fetchAddress >>> 2 === this.#source >>> 2;
    const hangs = wide && sourceUpper;
    const jumpedPast = !wide && !sourceUpper && (this.#addressMask & LOWER) === 0;
    const matches = (wordMatch && !hangs && !jumpedPast) || this.#overhang !== 0;
    const arrives = this.#inFlight > 0 && this.#waits === 0;
    const waiting = this.#queueLength;
    // The bus takes an address when the data before it have come.
    const request = this.#waits === 0 && !(waiting === 2 || (waiting === 1 && arrives) || this.#inFlight > 1);
    if (this.#waits > 0) this.#waits--;
    const arriving = this.#dataMask | (this.#dataPredicted << 2);

    this.#ready -= consumed;
    this.#readyPredicted >>>= consumed;
    const head = waiting > 0 ? this.#queue0 : arriving;
    const room = this.#ready <= ((head & BOTH) === BOTH ? 1 : 2);
    if (room && (waiting > 0 || arrives)) this.#take(head);
    if (room && waiting > 0) {
      this.#queue0 = this.#queue1;
      this.#queue1 = 0;
      this.#queueLength--;
    }
    if (arrives && !(room && waiting === 0)) {
      if (this.#queueLength === 0) this.#queue0 = arriving;
      else this.#queue1 = arriving;
      this.#queueLength++;
    }

    if (request) {
      this.#waits = this.#waitStates(this.#fetchAddress);
      this.#dataMask = this.#addressMask & (matches && sourceUpper === wide ? LOWER : BOTH);
      this.#addressMask = matches && (this.#target & 2) !== 0 ? UPPER : BOTH;
      if (wordMatch) this.#dataPredicted = sourceUpper ? UPPER : wide ? BOTH : LOWER;
      else this.#dataPredicted = this.#overhang !== 0 ? LOWER : 0;
      this.#fetchAddress = matches ? this.#target & ~3 : (this.#fetchAddress + 4) | 0;
      this.#overhang = wordMatch && hangs ? 1 : 0;
    }
    this.#inFlight += (request ? 1 : 0) - (arrives ? 1 : 0);
  }

  /** A cycle in which everything that was fetched is dropped; the target is given with `redirected`. */
  redirect(): void {
    this.#inFlight += this.#inFlight > 0 ? 0 : 1;
    this.#queueLength = 0;
    this.#queue0 = 0;
    this.#queue1 = 0;
    this.#ready = 0;
    this.#readyPredicted = 0;
    this.#addressMask = BOTH;
    this.#dataPredicted = 0;
    this.#overhang = 0;
    this.#fetchAddress = 0;
    this.#dataMask = 0;
  }

  /** Where the fetch goes after `redirect`. */
  redirected(target: number): void {
    this.#dataMask = (target & 2) !== 0 ? UPPER : BOTH;
    this.#waits = this.#waitStates(target);
    this.#fetchAddress = ((target & ~3) + 4) | 0;
  }

  #take(word: number): void {
    const mask = word & BOTH;
    const predicted = (word >>> 2) & BOTH;
    if ((mask & LOWER) !== 0) {
      this.#readyPredicted |= (predicted & 1) << this.#ready;
      this.#ready++;
    }
    if ((mask & UPPER) !== 0) {
      this.#readyPredicted |= (predicted >>> 1) << this.#ready;
      this.#ready++;
    }
  }

  /** All of it, as numbers: fetch address, what is on its way and ready, and the predictor. */
  save(): number[] {
    const small =
      this.#addressMask |
      (this.#dataMask << 2) |
      (this.#dataPredicted << 4) |
      (this.#overhang << 6) |
      (this.#inFlight << 7) |
      (this.#queueLength << 9) |
      (this.#queue0 << 11) |
      (this.#queue1 << 15) |
      (this.#ready << 19) |
      (this.#readyPredicted << 21) |
      (this.#valid << 24) |
      (this.#wide << 25) |
      (this.#waits << 26);
    return [this.#fetchAddress, small, this.#source, this.#target];
  }

  load([fetchAddress, small, source, target]: readonly number[]): void {
    this.#fetchAddress = fetchAddress!;
    this.#addressMask = small! & 3;
    this.#dataMask = (small! >>> 2) & 3;
    this.#dataPredicted = (small! >>> 4) & 3;
    this.#overhang = (small! >>> 6) & 1;
    this.#inFlight = (small! >>> 7) & 3;
    this.#queueLength = (small! >>> 9) & 3;
    this.#queue0 = (small! >>> 11) & 15;
    this.#queue1 = (small! >>> 15) & 15;
    this.#ready = (small! >>> 19) & 3;
    this.#readyPredicted = (small! >>> 21) & 7;
    this.#valid = (small! >>> 24) & 1;
    this.#wide = (small! >>> 25) & 1;
    this.#waits = (small! >>> 26) & 15;
    this.#source = source!;
    this.#target = target!;
  }
}
