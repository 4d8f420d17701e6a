-- What a policy is called and since when it holds never changes. Its digest and body still may: a policy that is not in
-- force yet is replaced whole, and of one in force the names, the sources and the last day, which stand in the body, may
-- be put right. Whether the rules of a body are those that were registered is told by the digest, each time it is read.
revoke update on settlement.policy from {{settlement.writer}};
grant update (digest, body, valid_to, source) on settlement.policy to {{settlement.writer}};
