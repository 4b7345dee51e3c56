import { SaxesParser } from 'saxes';
import { S3Error } from './errors';

/** An element to write: its children in order; undefined children are left out. */
export type XmlContent = string | number | boolean | readonly (XmlElement | undefined)[];

/** A name and what it holds. */
export type XmlElement = readonly [name: string, content: XmlContent];

/** An element that was read: its own text, and its child elements in order. */
export interface XmlNode {
  readonly name: string;
  text: string;
  readonly children: XmlNode[];
}

const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', '\r': '&#13;' };

/** Writes a document in S3's namespace. Characters that XML cannot carry are written as references, as S3 does. */
export function writeXml(name: string, content: XmlContent): string {
  const root = element([name, content]).replace(
    `<${name}>`,
    `<${name} xmlns="http://s3.amazonaws.com/doc/2006-03-01/">`,
  );
  return `<?xml version="1.0" encoding="UTF-8"?>\n${root}`;
}

/** Reads a document. Throws `MalformedXML` when it is not well-formed, or holds a document type (no entity ever expands). */
export function readXml(text: string): XmlNode {
  const root: XmlNode = { name: '', text: '', children: [] };
  const open = [root];
  const top = (): XmlNode => open[open.length - 1] ?? root;
  const parser = new SaxesParser();
  parser.on('doctype', () => refuse('a document type'));
  parser.on('error', (error) => refuse(error.message));
  parser.on('opentag', (tag) => {
    const node: XmlNode = { name: tag.name, text: '', children: [] };
    top().children.push(node);
    open.push(node);
  });
  parser.on('text', (piece) => void (top().text += piece));
  parser.on('cdata', (piece) => void (top().text += piece));
  parser.on('closetag', () => void open.pop());
  parser.write(text).close();
  return root.children[0] ?? refuse('no element');
}

/** The text of the first child of that name; undefined when there is none. */
export const childText = (node: XmlNode, name: string): string | undefined =>
  node.children.find((child) => child.name === name)?.text;

function element([name, content]: XmlElement): string {
  if (typeof content !== 'object') return `<${name}>${escape(String(content))}</${name}>`;
  const children = content.filter((child) => child !== undefined);
  return `<${name}>${children.map(element).join('')}</${name}>`;
}

function escape(text: string): string {
  return text.replace(
    /[&<>"\u0000-\u0008\u000b-\u001f\ufffe\uffff]/g,
    (char) => ESCAPES[char] ?? `&#${char.charCodeAt(0)};`,
  );
}

function refuse(reason: string): never {
  throw new S3Error('MalformedXML', `The XML in the body is not acceptable: ${reason}.`);
}
