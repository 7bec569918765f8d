import { lehmer } from "./payments.ts";

/**
 * Made network flows, the same ones for the same count.
 *
 * Law: 24 hosts of a subnet; source and destination uniform but different; 70 % of flows go to port 443, 20 % to 53, the
 * rest to a uniform high port; packets uniform over 1 … 64, bytes 40 … 1,500 a packet; flows follow each other by
 * 0 … 40 ms. Between one third and one half of the stream host 10.0.0.13 scans: every third flow is its, to host
 * 10.0.0.7, one packet of 40 bytes, on ports that grow by one.
 */
export interface Flow {
  readonly source: string;
  readonly destination: string;
  readonly port: number;
  readonly packets: number;
  readonly bytes: number;
  readonly atMs: number;
}

export function networkFlows(count: number): Flow[] {
  const next = lehmer(19_830_101);
  let atMs = 1_700_000_000_000;
  let scanned = 1;
  return Array.from({ length: count }, (_, index): Flow => {
    atMs += next(41);
    if (index % 3 === 0 && index >= count / 3 && index < count / 2) {
      return { source: "10.0.0.13", destination: "10.0.0.7", port: scanned++, packets: 1, bytes: 40, atMs };
    }
    const source = next(24);
    const destination = (source + 1 + next(23)) % 24;
    const kind = next(10);
    const packets = 1 + next(64);
    return {
      source: `10.0.0.${source}`,
      destination: `10.0.0.${destination}`,
      port: kind < 7 ? 443 : kind < 9 ? 53 : 1024 + next(60_000),
      packets,
      bytes: packets * (40 + next(1461)),
      atMs,
    };
  });
}
