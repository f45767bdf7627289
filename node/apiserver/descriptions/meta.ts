// What `kubectl explain` says about metadata, labels and fields that many kinds have, in our own words. It is data: a line
// without indent is a definition, an indented one its field, a tab before the text. `*` holds what is said of a field where
// its definition says nothing else. It does not repeat defaults and allowed values that the field table knows.
export const metaDescriptions = `*
 apiVersion	Group and version of the schema in which this object is written, as group/version or, for the core group, the version alone.
 kind	The kind of this object, in CamelCase. It cannot be changed.
 metadata	Name, labels and what else every object has.
 spec	What is wanted.
 status	What was last seen. Written by the system, read by everybody.
 items	The objects of the list.
 conditions	What holds for the object now, a type each.
 lastTransitionTime	When the status of this condition last changed.
 lastProbeTime	When this condition was last looked at.
 lastUpdateTime	When this condition was last written.
 message	Details for people.
 reason	One CamelCase word for programs that says why.
 observedGeneration	The generation of the specification that this status is about.
 selector	Which Pods belong to it, by their labels.
 template	The Pod that is made from here. Changing it replaces Pods according to the update strategy.
 minReadySeconds	How long a new Pod must be ready without a restart of its containers before it counts as available.
 revisionHistoryLimit	How many earlier revisions are kept to go back to.
 collisionCount	How often a generated name was taken already. Keeps the next name different.
 replicas	How many Pods there are, or in a specification how many there shall be.
 readyReplicas	How many of the Pods are ready.
 availableReplicas	How many Pods have been ready for at least minReadySeconds.
io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta	What every stored object has.
 annotations	Free text by key, for tools and people. Cannot be selected by.
 creationTimestamp	When the object was made, by the clock of the cluster.
 deletionGracePeriodSeconds	How many seconds the object may still take to end. Set when it is deleted.
 deletionTimestamp	When the object is to be gone. Set when it is deleted, while something still has to be done first.
 finalizers	Who has to do something before a deleted object goes. It goes when the list is empty.
 generateName	The beginning of a name that the server completes with a random end, when no name is given.
 generation	Counts changes of the specification.
 labels	Short values by key, by which objects are grouped and selected.
 managedFields	Which manager applied which fields. Kept by the server for server-side apply.
 name	The object's name, unique in its namespace for its kind. It cannot be changed.
 namespace	The space in which the name is unique. Empty for kinds that belong to the whole cluster.
 ownerReferences	The objects that this one belongs to. When all of them are gone, it is collected.
 resourceVersion	The version of the object. Send it with an update to be refused when somebody else was faster.
 selfLink	Not used any more.
 uid	Tells this object from an earlier one of the same name.
io.k8s.apimachinery.pkg.apis.meta.v1.ListMeta	What every list has.
 continue	Send it to get the next part of a list that came in parts.
 remainingItemCount	How many objects follow in later parts, where that is known.
 resourceVersion	The version at which the list was true. A watch may begin there.
io.k8s.apimachinery.pkg.apis.meta.v1.OwnerReference	Points to the owner of an object, in the same namespace or of the whole cluster.
 blockOwnerDeletion	Whether a foreground deletion of the owner waits for this object.
 controller	Whether the owner is the one that manages this object.
 name	The owner's name.
 uid	The owner's uid.
io.k8s.apimachinery.pkg.apis.meta.v1.LabelSelector	Chooses objects by labels. All conditions must hold; an empty selector chooses everything.
 matchExpressions	Conditions on labels.
 matchLabels	Labels that must have exactly these values.
io.k8s.apimachinery.pkg.apis.meta.v1.LabelSelectorRequirement	One condition on a label.
 key	The label's key.
 operator	In, NotIn, Exists or DoesNotExist.
 values	The values for In and NotIn.
io.k8s.apimachinery.pkg.apis.meta.v1.Condition	One aspect of an object's state.
 status	True, False or Unknown.
 type	What the condition is about.
io.k8s.apimachinery.pkg.apis.meta.v1.ManagedFieldsEntry	What one manager owns.
 fieldsType	The form of fieldsV1.
 fieldsV1	The owned fields.
 manager	Who it is.
 operation	Apply or Update.
 subresource	The subresource through which it wrote.
 time	When it last changed the set.
`
