// Names, scope, verbs and table columns of the kinds that are Shoal's own, in the form of the generated kind table.
// kind.ts reads both.
export const ownKindTable = `shoal.dev	v1alpha1	addresspools	addresspool	AddressPool	0			create,delete,deletecollection,get,list,patch,update,watch
  Name	string	name	0
  Addresses	string		0
  Auto-Assign	boolean		0
  Age	string		0`
