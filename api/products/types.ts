import { GraphQLDateTime } from 'graphql-scalars';
import { Field, Int, ObjectType } from 'type-graphql';
import type { SignatureAlgorithm } from '../../schema/model/package/signature';
import type { SigningKey } from '../../schema/model/package/signing-key';
import type { Product } from '../../schema/model/product';
import type { Dialect } from '../../schema/model/protocol/dialect';
import { DialectEnum, SignatureAlgorithmEnum } from '../enums';
import { Payload } from '../errors/user-error-type';
import { API_LIMITS } from '../limits';
import { connectionOf } from '../paging/connection';

@ObjectType('SigningKey', { description: 'A public key that signed packages are checked with. Never changed.' })
export class SigningKeyType {
  @Field(() => String, { description: 'Unique within the product.' })
  name!: string;

  @Field(() => SignatureAlgorithmEnum, { description: 'How packages are signed with it.' })
  algorithm!: SignatureAlgorithm;

  @Field(() => String, { complexity: API_LIMITS.longTextCost, description: 'PEM.' })
  publicKeyPem!: string;

  @Field(() => String, { description: 'SHA-256 of its DER form, hex.' })
  fingerprint!: string;

  @Field(() => GraphQLDateTime, { description: 'When it was added.' })
  addedAt!: Date;
}

@ObjectType('SecureUpdate', { description: 'The platform signs what devices are notified of. Secure Update of Alibaba Cloud IoT.' })
export class SecureUpdateType {
  @Field(() => Boolean, { description: 'Whether notifications carry signatures (`digestsign`).' })
  active!: boolean;

  @Field(() => String, { complexity: API_LIMITS.longTextCost, description: 'What devices check the signatures with: RSA-2048, PEM.' })
  publicKeyPem!: string;

  @Field(() => String, {
    nullable: true,
    complexity: API_LIMITS.longTextCost,
    description: 'Of the pair that signs after `SWITCH`, PEM; null when none is prepared.',
  })
  nextPublicKeyPem!: string | null;

  @Field(() => GraphQLDateTime, { description: 'When the key pair was made.' })
  createdAt!: Date;
}

@ObjectType('ProductModule', { description: 'A module that a device reported or a package names.' })
export class ProductModuleType {
  @Field(() => String, { description: '`default` when devices name none.' })
  name!: string;

  @Field(() => Int, { description: 'Devices that reported a version of it.' })
  devices!: number;

  @Field(() => Int, { description: 'Packages for it.' })
  packages!: number;
}

@ObjectType('ModuleVersionCount', { description: 'A version of a module, and how many devices have it now.' })
export class ModuleVersionCountType {
  @Field(() => String, { description: 'As devices reported it.' })
  version!: string;

  @Field(() => Int, { description: 'Exactly counted.' })
  devices!: number;
}

export const ProductModuleConnection = connectionOf(() => ProductModuleType, 'ProductModule');
export const ModuleVersionCountConnection = connectionOf(() => ModuleVersionCountType, 'ModuleVersionCount');

@ObjectType('Product', { description: 'A kind of device: its devices share a key, a dialect and packages.' })
export class ProductType {
  @Field(() => String, { description: 'What its devices are named with. ProductKey of Alibaba Cloud IoT.' })
  key!: string;

  @Field(() => String, { description: 'For people.' })
  name!: string;

  @Field(() => DialectEnum, { description: 'What its devices speak where nobody says otherwise.' })
  dialect!: Dialect;

  @Field(() => Boolean, { description: 'Whether its IoTDA devices get the `_v2` events.' })
  selfSignedUrls!: boolean;

  @Field(() => Boolean, { description: 'Whether its IoTDA devices are asked for their version before a result counts as success.' })
  confirmByQuery!: boolean;

  @Field(() => Boolean, { description: 'Whether its LwM2M devices that have no pre-shared key may register without DTLS.' })
  plainCoap!: boolean;

  @Field(() => Int, { description: 'In queue mode: how many seconds its LwM2M devices listen after their last message.' })
  awakeSeconds!: number;

  @Field(() => Int, { description: 'How many seconds its LwM2M devices have to acknowledge a request before it is sent again.' })
  ackTimeoutSeconds!: number;

  @Field(() => Boolean, { description: 'Whether a second batch for the same module and source version, of another package, is refused.' })
  refuseConflictingBatches!: boolean;

  @Field(() => [SigningKeyType], { description: 'The public keys its signed packages are checked with, oldest first.' })
  signingKeys!: SigningKeyType[];

  @Field(() => SecureUpdateType, { nullable: true, description: 'Null before its first activation.' })
  secureUpdate!: SecureUpdateType | null;

  @Field(() => ProductModuleConnection, { description: 'Its modules, by name.' })
  modules!: object;

  @Field(() => GraphQLDateTime, { description: 'When it was created.' })
  createdAt!: Date;
}

export const ProductConnection = connectionOf(() => ProductType, 'Product');

@ObjectType()
export class CreateProductPayload extends Payload {
  @Field(() => ProductType, { nullable: true, description: 'The new product; null when it was refused.' })
  product!: Product | null;
}

@ObjectType()
export class UpdateProductPayload extends Payload {
  @Field(() => ProductType, { nullable: true, description: 'The product afterwards; null when it was refused.' })
  product!: Product | null;
}

@ObjectType()
export class DeleteProductPayload extends Payload {
  @Field(() => String, { nullable: true, description: 'Of the product that is no more; null when it was refused.' })
  key!: string | null;
}

@ObjectType()
export class AddSigningKeyPayload extends Payload {
  @Field(() => SigningKeyType, { nullable: true, description: 'The key as it is kept; null when it was refused.' })
  signingKey!: SigningKey | null;
}

@ObjectType()
export class SetSecureUpdatePayload extends Payload {
  @Field(() => ProductType, { nullable: true, description: 'The product afterwards; null when it was refused.' })
  product!: Product | null;
}
