/**
 * What a job has committed, as evidence to be used up: each record is taken at most once by the input that explains it.
 * It owns who took what; in which order inputs are tried is the search's business (witness-search.ts).
 */
export class CommittedPool {
  readonly #records: readonly CommittedRecord[];
  readonly #taken: Uint8Array;
  /** Split → position → records. */
  readonly #byOrigin = new Map<string, Map<number, number[]>>();

  /** Records of one lane stand in their committed order. */
  constructor(records: readonly CommittedRecord[]) {
    this.#records = records;
    this.#taken = new Uint8Array(records.length);
    records.forEach((record, index) => {
      let split = this.#byOrigin.get(record.split);
      if (split === undefined) this.#byOrigin.set(record.split, (split = new Map<number, number[]>()));
      const there = split.get(record.position);
      if (there === undefined) split.set(record.position, [index]);
      else there.push(index);
    });
  }

  /** Where the first record stands in its lane that came from this origin and is not taken; undefined: there is none. */
  firstPlaceOf(origin: OriginOfRecord): number | undefined {
    let first: number | undefined;
    for (const index of this.#from(origin)) {
      const { place } = this.#records[index]!;
      if (this.#taken[index] === 0 && (first === undefined || place < first)) first = place;
    }
    return first;
  }

  /**
   * Takes one record for each emission, of the same origin, sink and image, and behind the frontier of its lane; all of
   * them or none. Undefined: something was not committed, or not in this order. Without a frontier no order is demanded.
   */
  take(origin: OriginOfRecord, emissions: readonly Emission[], frontier: Frontier | undefined): Take | undefined {
    if (emissions.length === 0) return { taken: [], frontier, picked: false, alike: false };
    const candidates = this.#from(origin).filter(index => this.#taken[index] === 0);
    const taken: number[] = [];
    const moved = frontier === undefined ? undefined : new Map(frontier);
    let alike = false;
    for (const emission of emissions) {
      const fitting = candidates.filter(candidate => {
        const record = this.#records[candidate]!;
        if (this.#taken[candidate] === 1 || record.sink !== emission.sink || record.image !== emission.image)
          return false;
        return moved === undefined || record.place > (moved.get(record.lane) ?? -1);
      });
      const [index] = fitting;
      if (index === undefined) {
        this.putBack(taken);
        return undefined;
      }
      if (fitting.length > 1) alike = true;
      this.#taken[index] = 1;
      taken.push(index);
      moved?.set(this.#records[index]!.lane, this.#records[index]!.place);
    }
    return { taken, frontier: moved, picked: taken.length < candidates.length, alike };
  }

  /** Takes every record that is as this emission, however often it was committed. */
  takeAll(origin: OriginOfRecord, { sink, image }: Emission): readonly number[] {
    const alike = this.#from(origin).filter(index => {
      const record = this.#records[index]!;
      return this.#taken[index] === 0 && record.sink === sink && record.image === image;
    });
    this.retake(alike);
    return alike;
  }

  standBefore(taken: readonly number[], place: number): boolean {
    return taken.every(index => this.#records[index]!.place < place);
  }

  /** An owed record of this origin that is not taken stands before one that was: nobody can take it any more. */
  isPassedOver(origin: OriginOfRecord, taken: readonly number[], isOwed: IsOwed): boolean {
    const left = this.#from(origin).filter(index => this.#isLeft(index, isOwed));
    return taken.some(index => {
      const { lane, place } = this.#records[index]!;
      return left.some(other => this.#records[other]!.lane === lane && this.#records[other]!.place < place);
    });
  }

  /** An owed record of this origin is not taken. */
  hasLeft(origin: OriginOfRecord, isOwed: IsOwed): boolean {
    return this.#from(origin).some(index => this.#isLeft(index, isOwed));
  }

  record(index: number): CommittedRecord {
    return this.#records[index]!;
  }

  isFrom(index: number, { split, position }: OriginOfRecord): boolean {
    const record = this.#records[index]!;
    return record.split === split && record.position === position;
  }

  /** Another record of this one's origin looks the same in the same sink, taken or not. */
  hasTwin(index: number): boolean {
    const { sink, image, ...origin } = this.#records[index]!;
    return this.#from(origin).some(other => {
      const record = this.#records[other]!;
      return other !== index && record.sink === sink && record.image === image;
    });
  }

  putBack(taken: readonly number[]): void {
    for (const index of taken) this.#taken[index] = 0;
  }

  retake(taken: readonly number[]): void {
    for (const index of taken) this.#taken[index] = 1;
  }

  /** What no input explains. */
  rest(): readonly CommittedRecord[] {
    return this.#records.filter((_, index) => this.#taken[index] === 0);
  }

  /** Everything that was committed from this origin, taken or not. */
  of(origin: OriginOfRecord): readonly CommittedRecord[] {
    return this.#from(origin).map(index => this.#records[index]!);
  }

  #isLeft(index: number, isOwed: IsOwed): boolean {
    return this.#taken[index] === 0 && isOwed(this.#records[index]!);
  }

  #from({ split, position }: OriginOfRecord): readonly number[] {
    return this.#byOrigin.get(split)?.get(position) ?? [];
  }
}

export interface CommittedRecord extends OriginOfRecord {
  /** Uid of the sink's operator. */
  readonly sink: string;
  /** What is read in order: a partition of a topic, a part file. */
  readonly lane: string;
  /** Its place in the lane: an offset, a line number. */
  readonly place: number;
  /** Key and value as one text, equal exactly when both are. */
  readonly image: string;
  /** For a reader. */
  readonly show: () => string;
}

export interface OriginOfRecord {
  readonly split: string;
  readonly position: number;
}

/** Whether this strand, and no other, must take a record of its inputs' origins. */
export type IsOwed = (record: CommittedRecord) => boolean;

/** What one input has taken. */
export interface Take {
  readonly taken: readonly number[];
  readonly frontier: Frontier | undefined;
  /** The origin had more records than it took. */
  readonly picked: boolean;
  /** Of those, some looked like one that it took. */
  readonly alike: boolean;
}

/** One record that the reference gives to a sink. */
export interface Emission {
  readonly sink: string;
  readonly image: string;
  readonly show: () => string;
}

/** For each lane the place of the last record that the key's order has used. */
export type Frontier = ReadonlyMap<string, number>;

export function originName(origin: OriginOfRecord): string {
  return `${origin.split}@${origin.position}`;
}
