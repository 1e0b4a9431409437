import { FluentBundle, FluentResource, type FluentVariable } from "@fluent/bundle";
import { CountersignError } from "../errors.js";
import { english, type Texts } from "./english.js";

/** How sentences are made. */
export interface SentenceOptions {
  /** For numbers and dates of the English sentences, as BCP 47 writes it. Default `en`. */
  readonly locale?: string;
  /** For dates. Default: the time zone of this device. */
  readonly timeZone?: string;
  /**
   * Sentences in another language, messages named as in {@link englishFluent}. One that is missing or does not resolve is told in
   * English.
   */
  readonly bundle?: FluentBundle;
}

/** Makes the sentence for a code. */
export type Sentence = <Kind extends keyof Texts>(
  kind: Kind,
  code: keyof Texts[Kind] & string,
  variables: Record<string, FluentVariable>,
) => string;

/** The English messages as a Fluent resource, named `<kind>-<code>`: what a translator starts from. */
export function englishFluent(): string {
  return Object.entries(english)
    .flatMap(([kind, texts]) => Object.entries<string>(texts).map(([code, text]) => `${kind}-${code} = ${text}\n`))
    .join("");
}

/** @throws CountersignError `ERR_OPTION_INVALID` for a locale or time zone that is none */
export function sentences({ locale = "en", timeZone, bundle }: SentenceOptions): Sentence {
  const own = englishIn(locale, timeZone);
  return (kind, code, variables) => {
    const id = `${kind}-${code}`;
    return (bundle && format(bundle, id, variables)) ?? format(own, id, variables) ?? code;
  };
}

let last: { readonly locale: string; readonly bundle: FluentBundle } | undefined;

/** Of the locale that was asked for last: reading the messages takes longer than using them. */
function englishIn(locale: string, timeZone: string | undefined): FluentBundle {
  assertIntl(locale, timeZone);
  if (last?.locale === locale) return last.bundle;
  const bundle = new FluentBundle(locale);
  bundle.addResource(new FluentResource(englishFluent()));
  last = { locale, bundle };
  return bundle;
}

function assertIntl(locale: string, timeZone: string | undefined): void {
  try {
    new Intl.DateTimeFormat(locale, { timeZone });
  } catch (cause) {
    throw new CountersignError("ERR_OPTION_INVALID", "expected a locale and a time zone", { cause });
  }
}

/** @returns `undefined` where there is no such message, or one that does not resolve */
function format(bundle: FluentBundle, id: string, variables: Record<string, FluentVariable>): string | undefined {
  const pattern = bundle.getMessage(id)?.value;
  const errors: Error[] = [];
  const sentence = pattern ? bundle.formatPattern(pattern, variables, errors) : undefined;
  return errors.length > 0 ? undefined : sentence;
}
