import { SyntaxKind } from 'typescript/unstable/ast'
import { createScanner } from 'typescript/unstable/ast/scanner'

export type CodeWord = {
  /** In lower case: `isSlack` has the words `is` and `slack`. */
  word: string
  /** The identifier or literal that it is part of, as it stands there. */
  token: string
  line: number
}

const TEMPLATE_ENDS = new Set([SyntaxKind.NoSubstitutionTemplateLiteral, SyntaxKind.TemplateTail])
const TEMPLATE_PARTS = new Set([
  ...TEMPLATE_ENDS,
  SyntaxKind.TemplateHead,
  SyntaxKind.TemplateMiddle,
])

/** Tokens after which a slash divides; after all others it begins a regular expression. */
const OPERANDS = new Set([
  ...TEMPLATE_ENDS,
  SyntaxKind.Identifier,
  SyntaxKind.NumericLiteral,
  SyntaxKind.BigIntLiteral,
  SyntaxKind.StringLiteral,
  SyntaxKind.RegularExpressionLiteral,
  SyntaxKind.CloseParenToken,
  SyntaxKind.CloseBracketToken,
  SyntaxKind.CloseBraceToken,
])

/** What stands in quotes in a text, such as a value in SQL. */
const QUOTED = /(['"])([^'"\s]+)\1/g

/** A text with a space in it is prose, but for what it quotes; one without is a value of the code. */
const codeIn = (text: string): string =>
  /\s/.test(text) ? [...text.matchAll(QUOTED)].map(([, , quoted]) => quoted).join(' ') : text

/**
 * The words of a file's identifiers and literals, by TypeScript's own scanner. Comments, regular
 * expressions and prose have none.
 */
export function codeWordsOf(source: string): CodeWord[] {
  const words: CodeWord[] = []
  let line = 1
  let counted = 0
  for (const { kind, text, start } of tokensOf(source)) {
    const isLiteral = kind === SyntaxKind.StringLiteral || TEMPLATE_PARTS.has(kind)
    const isName = kind === SyntaxKind.Identifier || kind === SyntaxKind.PrivateIdentifier
    if (!isName && !isLiteral) continue
    line += source.slice(counted, start).split('\n').length - 1
    counted = start
    for (const [word] of codeIn(text).matchAll(/[A-Z]?[a-z]+|[A-Z]+(?![a-z])/g)) {
      words.push({ word: word.toLowerCase(), token: text, line })
    }
  }
  return words
}

function* tokensOf(source: string): Generator<{ kind: SyntaxKind; text: string; start: number }> {
  const scanner = createScanner(true, undefined, source)
  /** For each template that is open: how many braces are open in its substitution. */
  const templates: number[] = []
  let previous = SyntaxKind.Unknown
  for (;;) {
    let kind = scanner.scan()
    if (kind === SyntaxKind.EndOfFile) return
    const innermost = templates.length - 1
    const open = templates[innermost] ?? 0
    if (kind === SyntaxKind.CloseBraceToken && innermost >= 0) {
      if (open === 0) kind = scanner.reScanTemplateToken(false)
      else templates[innermost] = open - 1
    } else if (kind === SyntaxKind.OpenBraceToken && innermost >= 0) {
      templates[innermost] = open + 1
    } else if (kind === SyntaxKind.SlashToken || kind === SyntaxKind.SlashEqualsToken) {
      if (!OPERANDS.has(previous)) kind = scanner.reScanSlashToken()
    }
    if (kind === SyntaxKind.TemplateHead) templates.push(0)
    if (kind === SyntaxKind.TemplateTail) templates.pop()
    yield { kind, text: scanner.getTokenValue(), start: scanner.getTokenStart() }
    previous = kind
  }
}
