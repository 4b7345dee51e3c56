import { findMirror } from './debian-mirror';

describe('findMirror', () => {
  it.each([
    ['deb http://mirror.example/debian bookworm main', 'http://mirror.example/debian'],
    ['deb [signed-by=/x arch=amd64] https://mirror.example/debian/ sid main', 'https://mirror.example/debian/'],
    ['# deb http://old.example/debian x\nTypes: deb\nURIs: http://new.example/debian\n', 'http://new.example/debian'],
    ['URIs: http://a.example/debian-security http://b.example/debian', 'http://b.example/debian'],
    ['deb http://mirror.example/ubuntu noble main', undefined],
    ['', undefined],
  ])('finds it in %j', (text, expected) => {
    expect(findMirror(text)).toBe(expected);
  });
});
