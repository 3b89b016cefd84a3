import { createHash } from 'node:crypto';

/** Valid events of one day, the same for the same arguments; texts that do not compress. */
export function eventLines(options: {
  day: string;
  count: number;
  seed: number;
  /** Characters of text in each. */
  textSize: number;
}): Buffer {
  const { day, count, seed, textSize } = options;
  const lines: string[] = [];
  for (let n = 0; n < count; n++) {
    const hash = createHash('sha512').update(`${seed} ${n}`).digest('hex');
    const id = hash.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5');
    const time = new Date(Date.parse(`${day}T00:00:00Z`) + (n % 86_400) * 1000).toISOString();
    const text = (hash + n).repeat(Math.ceil(textSize / hash.length)).slice(0, textSize);
    lines.push(
      `{"insert_id":"${id}","event_key":"view","ts":"${time}","metric_value":${n},"identifiers":{"id":"${n}","device_id":"${id}"},"event_properties":{"text":"${text}"},"platform_properties":{"osname":"iOS","appversion":"1.0"}}\n`,
    );
  }
  return Buffer.from(lines.join(''));
}
