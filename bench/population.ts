/**
 * The fictional shop whose events are generated: its users with their devices, and their actions. Everything is made
 * in advance, as bytes of JSON, so that an event takes only a few copies.
 */
import type { Random } from './random.ts';

/** The parts of an event that are fixed for a user, as bytes of JSON. */
export interface User {
  /** Members of `identifiers`, without the session and the closing brace. */
  identifiers: string;
  /** `"user_properties":{…},"platform_properties":{…}` */
  properties: Buffer;
}

/** A kind of event and its fixed properties, for one product, page or search. */
export interface Action {
  key: string;
  /** Members of `event_properties`, except the unique ones. */
  properties: Buffer;
  /** Unit price if the event has a value, else 0. */
  price: number;
  /** Name of the member for the event's duration, which differs between producers. */
  elapsed: string;
  /** Whether each event has a unique order number. */
  order: boolean;
}

const CITIES = ['서울', '부산', '인천', '대구', '대전', '광주', '수원', '제주', 'Seoul', 'Busan'];
const GRADES = ['BRONZE', 'SILVER', 'GOLD', 'PLATINUM', 'VIP'];
const CATEGORIES = ['LEISURE', 'FASHION', 'BEAUTY', 'FOOD', '가전', '도서', '스포츠/레저', 'KIDS'];
const ADJECTIVES = ['프리미엄', '국내산', '여름', '무료배송', 'Classic', 'New', '한정판', '유기농'];
const NOUNS = [
  '운동화',
  '티셔츠',
  '텀블러',
  '노트북',
  'Backpack',
  'Sunscreen',
  '커피 원두',
  '캠핑 의자',
];
const REFERRERS = ['home', 'search', 'push', 'banner', 'recommend', 'kakao', 'naver'];
const BUTTONS = ['add_cart', 'like', 'share', 'coupon', 'review', '바로구매'];
const QUERIES = [
  '운동화',
  '겨울 "패딩"',
  'usb-c cable',
  '유아\\장난감',
  'coffee',
  '선물\t세트',
  '10" 태블릿',
];
const ANDROIDS = [
  ['samsung', 'SM-S908N'],
  ['samsung', 'SM-F936N'],
  ['samsung', 'SM-A536N'],
  ['LGE', 'LM-V510N'],
  ['Google', 'Pixel 7'],
] as const;
const IPHONES = ['iPhone14,2', 'iPhone14,5', 'iPhone15,3', 'iPhone13,1', 'iPad13,4'];
const VERSIONS = ['6.9.0', '6.9.3', '6.10.1', '6.77.0', '6.8.12'];

/** Parts that make an event large. */
export interface Bulk {
  /** Alternative members of `event_properties` by position, each with a leading comma. Keys differ by position. */
  details: Buffer[][];
  /** Members that contain a whole page of 8 to 64 KiB. */
  pages: Buffer[];
}

const DETAILS = 200;
const DETAIL_VARIANTS = 50;
const PAGES = 40;

/**
 * Returns JSON as some producers write it, with `/` and Korean escaped. The data contains only letters of the BMP.
 */
function escaped(json: string): string {
  return json
    .replaceAll('/', '\\/')
    .replace(/[\u0080-\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Returns the JSON of an object without the braces. */
function members(object: Record<string, unknown>): string {
  return JSON.stringify(object).slice(1, -1);
}

function date(random: Random, year: number): string {
  const two = (n: number): string => String(n).padStart(2, '0');
  return `${year}-${two(1 + random.below(12))}-${two(1 + random.below(28))}`;
}

export function makeUser(random: Random): User {
  const id = random.uuid();
  const android = random.chance(0.6);
  const identifiers: Record<string, string> = {
    id,
    device_id: random.chance(0.7) ? id : random.uuid().toUpperCase(),
  };
  if (random.chance(0.6)) identifiers.user_id = String(10_000 + random.below(9_000_000));

  const user: Record<string, unknown> = {
    grade: random.pick(GRADES),
    date_signed: date(random, 2020 + random.below(3)),
    age: 15 + random.below(60),
  };
  if (random.chance(0.4)) user.date_recent = date(random, 2023);
  if (random.chance(0.5)) user[random.chance(0.5) ? 'city' : 'City'] = random.pick(CITIES);
  if (random.chance(0.4)) user.marketing_agreed = random.chance(0.5);
  if (random.chance(0.2)) user.avgRating = (10 + random.below(39)) / 10;

  const camel = random.chance(0.3);
  const [vendor, model] = android ? random.pick(ANDROIDS) : ['Apple', random.pick(IPHONES)];
  const version = random.pick(VERSIONS);
  const platform: Record<string, unknown> = {
    [camel ? 'osName' : 'osname']: android ? 'Android' : 'iOS',
    [camel ? 'appVersion' : 'appversion']: version,
    language: random.pick(['ko', 'ko-KR', 'en-US']),
    [camel ? 'osVersion' : 'osversion']: android
      ? String(10 + random.below(5))
      : `16.${random.below(6)}.${random.below(3)}`,
    [camel ? 'deviceVendor' : 'devicevendor']: vendor,
    platform: model.startsWith('iPad') ? 'Tablet' : 'Mobile',
    [camel ? 'deviceModel' : 'devicemodel']: model,
  };
  if (random.chance(0.3)) platform[camel ? 'versionName' : 'versionname'] = `${version}-DEBUG`;
  let properties = `"user_properties":${JSON.stringify(user)},"platform_properties":${JSON.stringify(platform)}`;
  if (random.chance(0.1)) properties = escaped(properties);
  return { identifiers: members(identifiers), properties: Buffer.from(properties) };
}

export function makeAction(random: Random): Action {
  const product = 10_000 + random.below(80_000);
  const price = (5 + random.below(3_000)) * 100;
  const item: Record<string, unknown> = {
    product_id: random.chance(0.5) ? product : String(product),
    [random.chance(0.7) ? 'product_category' : 'Product_Category']: random.pick(CATEGORIES),
    [random.chance(0.7) ? 'product_name' : 'productName']:
      `${random.pick(ADJECTIVES)} ${random.pick(NOUNS)} ${1 + random.below(999)}`,
  };
  const url = `https://shop.example.com/ko/p/${product}?ref=${random.pick(REFERRERS)}`;
  let key: string;
  let properties: Record<string, unknown>;
  const kind = random.below(100);
  if (kind < 45) {
    key = 'view_product';
    properties = { ...item, price, referrer: random.pick(REFERRERS) };
  } else if (kind < 65) {
    key = 'page_view';
    properties = {
      [random.chance(0.7) ? 'page_url' : 'pageUrl']: url,
      title: `${random.pick(NOUNS)} | 쇼핑몰`,
      referrer: random.pick(REFERRERS),
      scrollDepth: random.below(101),
      isFirst: random.chance(0.2),
    };
  } else if (kind < 80) {
    key = 'click_button';
    properties = {
      ...item,
      button: random.pick(BUTTONS),
      position: random.below(30),
    };
  } else if (kind < 90) {
    key = 'search';
    properties = {
      keyword: random.pick(QUERIES),
      resultCount: random.below(2_000),

      category: random.pick(CATEGORIES),
      [random.chance(0.7) ? 'page_url' : 'pageUrl']: url,
    };
  } else {
    key = 'purchase';
    properties = {
      ...item,
      price,
      quantity: 1 + random.below(4),
      discountRate: random.below(40) / 100,
      coupon: random.chance(0.3),
    };
  }
  const json = members(properties);
  return {
    key,
    properties: Buffer.from(random.chance(0.1) ? escaped(json) : json),
    price: key === 'purchase' ? price : 0,
    elapsed: random.chance(0.7) ? 'elapsed_ms' : 'elapsedMs',
    order: key === 'purchase',
  };
}

export function makeBulk(random: Random): Bulk {
  const words = [...ADJECTIVES, ...NOUNS, ...CATEGORIES, ...QUERIES, ...CITIES];
  const phrase = (count: number): string =>
    Array.from({ length: count }, () => random.pick(words)).join(' ');
  const member = (key: string, value: string): Buffer =>
    Buffer.from(`,${members({ [key]: value })}`);
  return {
    details: Array.from({ length: DETAILS }, (_, i) =>
      Array.from({ length: DETAIL_VARIANTS }, () =>
        member(`detail_${i}`, phrase(3 + random.below(18))),
      ),
    ),
    pages: Array.from({ length: PAGES }, () =>
      member('page_html', `<p>${phrase(800 + random.below(5_600))}</p>`),
    ),
  };
}
