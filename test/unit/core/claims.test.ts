import fc from 'fast-check';
import { claimed } from '../../../core/access/tokens/claims';
import type { Issuer } from '../../../core/access/tokens/issuer';

const role: Issuer['role'] = { claim: 'groups', values: { admins: 'ADMINISTRATOR', ops: 'OPERATOR', staff: 'VIEWER' } };
const all = { role, products: null };
const scoped = { role, products: { claim: 'products', all: '*' } };
const of = (claims: object) => ({ sub: 'ada', ...claims });

test.each([
  ['one group', { groups: ['ops'] }, 'OPERATOR'],
  ['the highest of several, whatever their order', { groups: ['staff', 'admins', 'ops'] }, 'ADMINISTRATOR'],
  ['a string', { groups: 'staff' }, 'VIEWER'],
  ['a group beside others that mean nothing here', { groups: ['x', 'staff', 'y'] }, 'VIEWER'],
  ['no groups', {}, undefined],
  ['an empty list', { groups: [] }, undefined],
  ['another spelling', { groups: ['Admins', 'admins '] }, undefined],
  ['a list in one string', { groups: 'admins,ops' }, undefined],
  ['objects with names, as some providers send', { groups: [{ name: 'admins' }] }, undefined],
  ['a map', { groups: { admins: true } }, undefined],
  ['names every object has', { groups: ['constructor', '__proto__', 'toString'] }, undefined],
  ['a role of Updraft that no value is mapped to', { groups: ['ADMINISTRATOR'] }, undefined],
  ['numbers and null', { groups: [1, null] }, undefined],
])('R-UI-4 the role by a claim with %s', (_name, claims, expected) => {
  expect(claimed(all, of(claims))?.role).toBe(expected);
});

test('R-UI-4 a claim may lie inside others, and a name may have dots', () => {
  const nested = { ...all, role: { ...role, claim: ['realm_access', 'roles'] } };
  expect(claimed(nested, of({ realm_access: { roles: ['ops'] } }))?.role).toBe('OPERATOR');
  expect(claimed(nested, of({ realm_access: 'ops' }))).toBeNull();
  expect(claimed({ ...all, role: { ...role, claim: ['__proto__', 'roles'] } }, of({}))).toBeNull();
  const dotted = { ...all, role: { ...role, claim: 'https://updraft.example/roles' } };
  expect(claimed(dotted, of({ 'https://updraft.example/roles': ['ops'] }))?.role).toBe('OPERATOR');
});

test.each([
  ['names', { products: ['b', 'a', 'b'] }, ['a', 'b']],
  ['one name', { products: 'a' }, ['a']],
  ['the word for all', { products: ['*'] }, null],
  ['an empty list', { products: [] }, []],
  ['an empty string', { products: '' }, []],
  ['nothing', {}, []],
  ['null', { products: null }, []],
  ['something else', { products: { a: true } }, []],
])('R-UI-4 a products claim with %s', (_name, claims, expected) => {
  expect(claimed(scoped, of({ groups: ['ops'], ...claims }))?.products).toEqual(expected);
});

test.each([
  ['names', { products: ['b', 'a'] }, ['a', 'b']],
  ['the word for all', { products: '*' }, null],
  ['nothing', {}, []],
])('R-UI-4 R-DEV-7 the app of an owner is limited by a products claim with %s', (_name, claims, expected) => {
  expect(claimed({ ...scoped, ownerClaim: 'user' }, of({ user: 'u1', ...claims }))).toEqual({
    name: 'ada',
    owner: 'u1',
    products: expected,
  });
});

test.each([
  ['u1', 'shop:u1'],
  [' u1', null],
  ['u'.repeat(128), null],
  ['', null],
])('R-DEV-7 the owner of an issuer with a prefix, where the claim is "%s"', (user, owner) => {
  expect(claimed({ ...scoped, ownerClaim: 'user', ownerPrefix: 'shop:' }, of({ user }))).toEqual(
    owner && { name: 'ada', owner, products: [] },
  );
});

test('R-UI-4 without a mapping a token is for all products', () => {
  expect(claimed(all, of({ groups: ['ops'], products: ['a'] }))?.products).toBeNull();
});

test.each([
  [{ name: 'Ada Lovelace', email: 'a@example.com' }, 'Ada Lovelace'],
  [{ name: '', preferred_username: 'ada' }, 'ada'],
  [{ name: 'line\nbreak \u202eevil' }, 'linebreak evil'],
  [{ name: 7 }, 'ada'],
  [{ name: 'x'.repeat(500) }, 'x'.repeat(100)],
  [{ sub: 'line\nbreak \u001b[31m\u202eevil' }, 'linebreak [31mevil'],
  [{ sub: '\u202e' }, '?'],
])('R-UI-4 the name in %j', (claims, name) => {
  expect(claimed(all, of({ groups: ['ops'], ...claims }))?.name).toBe(name);
});

test.each([[undefined], [''], [7], ['x'.repeat(256)]])('R-UI-4 nobody is somebody with the subject %p', (sub) => {
  expect(claimed(all, { sub, groups: ['admins'] })).toBeNull();
});

test('R-UI-4 whatever a token says, a role comes from a mapped value alone, and products from their claim alone', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.jsonValue(), fc.jsonValue(), (others, groups, products) => {
      const said = claimed(scoped, { ...others, sub: 'ada', groups, products });
      const values = [groups].flat();
      expect(said !== null).toBe(values.some((value) => typeof value === 'string' && Object.hasOwn(role.values, value)));
      if (said) expect(said.products === null).toBe([products].flat().includes('*'));
    }),
  );
});

test('R-UI-4 a subject with half a character is nobody: written down it would be the same as another', () => {
  expect(claimed(all, of({ groups: ['ops'], sub: 'ada\ud800' }))).toBeNull();
  expect(claimed(all, of({ groups: ['ops'], sub: 'ada\ud83d\ude00' }))?.subject).toBe('ada😀');
});
