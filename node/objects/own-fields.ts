// Fields of the kinds that are Shoal's own, in the form of the generated field table, which holds only Kubernetes' kinds.
// fields.ts reads both. Names of definitions are those that a custom resource of the same group would have.
export const ownFieldTable = `dev.shoal.v1alpha1.AddressPool		shoal.dev/v1alpha1/AddressPool
 apiVersion	string	0
 kind	string	0
 metadata	^v1.ObjectMeta	0		{}
 spec	dev.shoal.v1alpha1.AddressPoolSpec	0		{}
dev.shoal.v1alpha1.AddressPoolList		shoal.dev/v1alpha1/AddressPoolList
 apiVersion	string	0
 items	array-of dev.shoal.v1alpha1.AddressPool	1
 kind	string	0
 metadata	^v1.ListMeta	0		{}
dev.shoal.v1alpha1.AddressPoolSpec
 addresses	array-of string	1				set
 autoAssign	bool	0`
