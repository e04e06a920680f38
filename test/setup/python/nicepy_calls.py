"""Calls NicePy's functions as a script of a CXone user would, and prints what they answer as one line of JSON.
Arguments: the first and the last moment, with their offset, as NicePy's documentation shows them."""

import json
import sys

from NicePy import Agents, Connection, Contacts
from NicePy.Dispositions import GetDispositions

first, last = sys.argv[1:]
contacts = Contacts.GetCompletedContacts(first, last, MaxIteration=50, Fields='contactId,masterContactId,isLogged')
ids = [contact['contactId'] for contact in contacts]
recordings = {}
for master in sorted({contact['masterContactId'] for contact in contacts if contact['isLogged']}):
    try:
        url = Contacts.GetRecordingURL(master)
    except Exception as error:  # NicePy raises the message of Media Playback
        assert str(error) == 'Interaction Not Found', error
        continue
    if url is not None and len(recordings) < 3:
        recordings[master] = len(Contacts.Fetch_Recording(master))
details = Contacts.GetMultiContactDetails(ids[:8])
print(
    json.dumps(
        {
            'apiEndpoint': Connection.GetTokenInfo()['api_endpoint'],
            'contactIds': ids,
            'details': [one.contactId.contactId for one in details],
            'lasted': [(one['contactId']['contactEndDate'] - one['contactId']['contactStartDate']).total_seconds() for one in details],
            'states': [len(states) for states in Contacts.GetMultiContactStateHistory(ids[:8])],
            'isFinal': [Contacts.IsFinalContact(one)['isFinal'] for one in ids[:8]],
            'recordings': recordings,
            'agents': len(Agents.GetAgents()),
            'inactive': len(Agents.GetInactiveAgents()),
            'skills': sorted(skill['skillName'] for skill in Agents.GetAgentSkillAssignments()),
            'agentStates': len(Agents.GetAgentStates()),
            'dispositions': len(GetDispositions()),
        }
    )
)
